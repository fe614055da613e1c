"""Files to pages of words with boxes and confidences. Knows files, images and the OCR engine, nothing of their
meaning.
"""

"""The service around the extractor: it keeps documents, reads them as durable jobs, and shows what was read.

``intake → jobs → store → { api · web }``, with ``access`` at every door. The extractor is called through
`extractor.extract` alone; this package knows records, never pixels or grammars.
"""

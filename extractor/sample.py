"""An invented directive with something of everything, to load what directives need before the first one comes."""

SAMPLE = """ỦY BAN NHÂN DÂN          CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
TỈNH MẪU                    Độc lập - Tự do - Hạnh phúc
Số: 01/CT-UBND              Mẫu, ngày 05 tháng 01 năm 2026
CHỈ THỊ
Về việc tăng cường phòng cháy, chữa cháy
Thực hiện Nghị quyết số 02/NQ-CP ngày 08/01/2025 của Chính phủ, Chủ tịch Ủy ban nhân dân tỉnh yêu cầu các sở, ban, ngành:
I. NHIỆM VỤ CHUNG
1. Phấn đấu đến cuối năm 2026, tỷ lệ hộ dân được tuyên truyền đạt trên 95%, thu ngân sách 1.200 tỷ đồng.
2. Rà soát, báo cáo định kỳ trước ngày 15 hằng tháng.
II. NHIỆM VỤ CỤ THỂ
1. Sở Xây dựng
a) Chủ trì, phối hợp với Công an tỉnh, Ủy ban nhân dân các huyện, thị xã, thành phố và các đơn vị liên quan kiểm tra các công trình, hoàn
thành trong quý II/2026.
b) Báo cáo Ủy ban nhân dân tỉnh kết quả trước ngày 30/6/2026 và trong thời hạn 10 ngày kể từ ngày nhận được kế hoạch.
2. Giao Sở Tài chính theo dõi, đôn đốc; Văn phòng Ủy ban nhân dân tỉnh tổng hợp.
Yêu cầu Giám đốc các sở, Chủ tịch Ủy ban nhân dân các xã, phường nghiêm túc thực hiện./.
Nơi nhận:                     TM. ỦY BAN NHÂN DÂN
- Như trên;                        CHỦ TỊCH
- Lưu: VT, XD.                 Trần Văn Mẫu
"""

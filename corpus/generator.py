"""Makes up tasks with known roles: clause patterns × bodies × verbs × objects × deadlines. Nothing here is copied from a document.

A pattern is a phrase with slots: `{L}` who leads, `{C}` who helps, `{R}` who receives the result, `{M}` who is merely named, `{V}` what
is to be done, `{T}` by when. What fills a slot of a body keeps the slot's label, so that a sentence comes with its roles.
Patterns and bodies are dealt into folds, so that a model can be judged on patterns and names that it never saw.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import regex as re

from extractor.knowledge.register import agencies

FOLDS = 4
LABELS = {"L": "LEAD", "C": "COORD", "R": "REPORT", "M": "MENTION"}

# Whole clauses: who leads, with whom.
LEADS = (
    "{L} {V}", "{L} {V}", "{L} {V}", "{L}: {V}", "{L} chủ trì {V}", "{L} chủ trì, phối hợp với {C} {V}", "{L} chủ trì phối hợp với {C} {V}", "{L} chủ trì, phối hợp cùng {C} {V}", "{L} chủ trì cùng {C} {V}",
    "Giao {L} chủ trì, phối hợp với {C} {V}", "Giao {L} {V}", "Giao {L}: {V}", "giao cho {L} {V}", "Giao {L} làm đầu mối, {V}", "Giao {L} (cơ quan thường trực) {V}", "Giao {L} phối hợp với {C} {V}",
    "Phân công {L} {V}", "Phân công {L} chủ trì {V}; {C} phối hợp thực hiện", "Yêu cầu {L} {V}", "Yêu cầu {L} khẩn trương {V}", "Đề nghị {L} {V}", "Đề nghị {L} phối hợp với {C} {V}", "đề nghị {L} chỉ đạo {M} {V}",
    "{L} có trách nhiệm {V}", "{L} có trách nhiệm phối hợp với {C} {V}", "{L} chịu trách nhiệm {V}", "{L} chịu trách nhiệm trước {M} về {N}", "{L} là cơ quan đầu mối, {V}", "{L} là cơ quan thường trực, {V}",
    "{L} phối hợp với {C} {V}", "{L} phối hợp chặt chẽ với {C} {V}", "{L} kết hợp với {C} {V}", "{L} chủ động phối hợp với {C} {V}", "{L} căn cứ chức năng, nhiệm vụ được giao {V}", "{L} theo chức năng, nhiệm vụ {V}",
    "Trong phạm vi chức năng, nhiệm vụ của mình, {L} {V}", "Căn cứ kế hoạch này, {L} {V}", "Trên cơ sở đề nghị của {M}, {L} {V}", "Theo đề nghị của {M}, {L} {V}", "{T}, {L} {V}", "Định kỳ hằng quý, {L} {V}",
    "{L} chỉ đạo {M} {V}", "{L} chỉ đạo, hướng dẫn {M} {V}", "{L} hướng dẫn {M} {V}", "{L} đôn đốc {M} {V}", "{L} hướng dẫn, kiểm tra {M} trong việc {N}", "{L} lãnh đạo, chỉ đạo {M} và {M} {V}", "{L} vận động {M} {V}",
    "{L} tổ chức kiểm tra {M} và xử lý vi phạm", "{L} yêu cầu {M} {V}", "{L} giao {M} {V}", "{L} hỗ trợ {M} {V}", "{L} tạo điều kiện để {M} {V}", "{L} cử cán bộ phối hợp với {C} {V}", "{L} thống nhất với {M} {V}",
    "{L}, trên cơ sở đề xuất của {M}, {V}", "{L} – cơ quan thường trực {M} – {V}", "{L} (cơ quan thường trực {M}) {V}", "{L}, {C} cùng phối hợp {V}", "Việc {N} do {L} chủ trì, {C} phối hợp", "Kinh phí {N} do {L} bảo đảm",
    "Cơ quan chủ trì: {L}. Cơ quan phối hợp: {C}", "{L} chủ trì; {C} phối hợp; {V}", "{V}. Giao {L} chủ trì, phối hợp với {C} thực hiện", "{V}; giao {L} theo dõi, đôn đốc", "{L} cùng với {C} {V}", "{L} phối hợp {C} {V}",
    "{L} sử dụng số liệu do {M} cung cấp để {V}", "{L} tiếp nhận hồ sơ của {M} và {V}", "{L} khi nhận được văn bản của {M} phải {V}", "{L} với vai trò thành viên {M} {V}", "{L} nghiêm túc {V}", "Đồng thời, {L} {V}",
    "{L} chỉ đạo các đơn vị trực thuộc phối hợp với {C} {V}", "{L} {V}; phối hợp với {C} {V}", "{L} {V}, {V}; chỉ đạo {M} {V}", "{L} {V}; hướng dẫn {M} {V}; phối hợp cùng {C} {V}", "Từ nay đến cuối năm, {L} {V}",
    "{L} thực hiện nghiêm chỉ đạo của {M} về {N}", "{L} {V} theo hướng dẫn của {M}", "{L} {V} theo quy định của {M}", "{L} {V} và ý kiến chỉ đạo của {M}", "{L} {V} cho cán bộ, công chức của {M}",
    "{L} tiếp tục {V} theo kế hoạch đã được {M} phê duyệt", "{L} {V} khi có yêu cầu của {M}", "{L} {V} tại trụ sở {M}", "{L} bàn giao hồ sơ cho {M} quản lý, {V}", "{L} ký kết quy chế phối hợp với {C} để {V}",
    "Riêng {L} {V}", "Riêng {N} giao {L} {V}", "{V} (do {L} chủ trì)", "{V} (do {L} chủ trì, {C} phối hợp)", "{V} ({L} chủ trì; {C} phối hợp)", "{V} ({L} chủ trì), {T}", "{V}, do {L} chủ trì thực hiện", "Về {N}: Giao {L} {V}",
    "Về kiến nghị của {M}: giao {L} {V}", "{M} yêu cầu {L} {V}", "{M} giao {L} {V}", "Trên đây là kế hoạch {N}; {M} yêu cầu {L} phối hợp thực hiện", "Nhận được văn bản này, yêu cầu {L} {V}", "Chế độ báo cáo: {L} {V}",
    "{L} chịu trách nhiệm thi hành Chỉ thị này", "{L}; {L} chịu trách nhiệm thi hành", "{L} phải {V}", "{L} được cấp phép phải {V}", "{L} kịp thời {V}", "Hằng tháng, vào ngày 20, {L} {V}", "Khi có thiên tai, {L} {V}", "Nghiêm cấm {N}; {L} {V}",
    "{L} phân công cán bộ {V}", "{L} tự kiểm tra, {V}", "{L} thuộc phạm vi quản lý {V}", "{L} ({M}) {V}", "{L} tiếp nhận dữ liệu do {M} chuyển đến, {V}", "Để {V}, {L} {V}", "Sau khi {M} phê duyệt, {L} {V}", "{L} có {N} phải {V}",
)  # fmt: skip
# Clauses in which nobody leads: the order is for whoever the heading names.
LEADLESS = (
    "Phối hợp với {C} {V}", "Chủ trì, phối hợp với {C} {V}", "{V}; phối hợp với {C} {V}", "Chủ động phối hợp với {C} {V}", "Phối hợp chặt chẽ với {C} trong việc {N}", "Kết hợp với {C} {V}", "Cùng với {C} {V}",
    "Chỉ đạo {M} {V}", "Hướng dẫn {M} {V}", "Đôn đốc {M} {V}", "Kiểm tra {M} trong việc {N}", "Chỉ đạo {M} phối hợp với {C} {V}", "Tăng cường chỉ đạo {M} và {M} {V}", "Vận động {M} {V}", "Khen thưởng {M} có thành tích trong {N}",
    "{V} theo hướng dẫn của {M}", "Thực hiện nghiêm chỉ thị của {M} về {N}", "Nâng cao trách nhiệm của {M} trong {N}", "Bảo đảm quyền lợi của người lao động thuộc {M}", "Xử lý nghiêm tổ chức, cá nhân thuộc {M} vi phạm",
    "Tổng hợp báo cáo của {M} để {V}", "Rà soát tổ chức bộ máy của {M}", "Kiện toàn {M} và {V}", "Thành lập {M} để {V}", "{V}, bảo đảm sự thống nhất giữa {M} và {M}", "Bố trí kinh phí cho {M} để {V}",
    "Đối với {M}: {V}", "Hỗ trợ {M} {V}", "Không để {M} chậm {N}", "Cung cấp thông tin cho {M} để {V}", "{V}; đồng thời chỉ đạo {M} {V}", "Công khai kết quả của {M} trên cổng thông tin", "Tiếp thu ý kiến của {M}, {V}",
    "Phối hợp {C} {V}", "Phối hợp tổ chức các lớp tập huấn cho {M}", "{V} do {M} ban hành", "Chuẩn bị bầu cử đại biểu {M}, {V}", "Tham gia đầy đủ các cuộc họp do {M} tổ chức", "Căn cứ quy định của {M} để {V}",
    "Bàn giao hồ sơ cho {M} {T}", "Chia sẻ dữ liệu với {M} để {V}", "Hiệp đồng với {C} về {N}", "Thỏa thuận với {M} về {N}", "Chỉ đạo {M} chuyển hồ sơ đến {M} {T}", "Mời {M} dự họp về {N}", "Tập huấn cho {M} về {N}", "Xử phạt {M} vi phạm {N}",
    "{M} yêu cầu rà soát {N}", "{M} hiện còn chậm {N}", "Tại phiên họp, {M} thống nhất {N}", "Năm trước, {M} đã {V}", "Phát huy vai trò của {M} và {M} trong {N}", "{V}, nhất là ở {M}", "Mỗi {M} có ít nhất một mô hình về {N}", "Đoàn kiểm tra gồm {M}",
)  # fmt: skip
# What follows the order: who receives the result.
REPORTS = (
    "; báo cáo {R}", ", báo cáo {R} {T}", "; báo cáo kết quả về {R} {T}", ", gửi {R} {T}", "; gửi {R} để tổng hợp", "; gửi về {R} để tổng hợp, báo cáo {R}", ", tổng hợp báo cáo {R}", "; tham mưu {R} {N}", ", tham mưu cho {R} {N}",
    ", trình {R} phê duyệt", ", trình {R} xem xét, quyết định {T}", "; báo cáo {R} (qua {R}) {T}", "; báo cáo {R} qua {R}", ", báo cáo, đề xuất {R} {N}", ", kịp thời báo cáo {R} xem xét, chỉ đạo", "; kịp thời phản ánh về {R}",
    "; đề xuất {R} {N}", "; kiến nghị {R} {N}", "; định kỳ hằng tháng báo cáo {R}", "; những vướng mắc phản ánh về {R} để được hướng dẫn", ", báo cáo kết quả thực hiện cho {R}", "; {T} báo cáo {R}", "; xin ý kiến {R} trước khi {N}",
    ". Kết quả thực hiện báo cáo {R} {T}", ". {T} gửi báo cáo về {R}", "; nộp báo cáo cho {R} {T}", "; tham mưu giúp {R} {N}", ". Trường hợp vượt thẩm quyền, báo cáo {R} xem xét", "; thông qua {R} báo cáo {R}",
    ", hoàn thiện hồ sơ trình {R}", "; chuyển kết quả về {R} {T}", "; tổng hợp gửi {R}, {R}",
    "; báo cáo kết quả với {R} {T}", ", tham mưu với {R} {N}", "; đề xuất với {R} {N}", "; chuyển hồ sơ cho {R} {T}", "; chuyển hồ sơ vụ việc đến {R}", ", gửi hồ sơ đến {R} {T}", "; báo cáo nhanh tình hình về {R} (qua {R}) và {R} {T}",
    ", báo cáo kết quả về {R} ({M}) để tổng hợp, báo cáo {R}", "; phản ánh kịp thời với {R}", ", tham mưu {R} {V}", "; {T}, báo cáo {R} để chỉ đạo", "; kiến nghị với {R} {N}",
)  # fmt: skip
# What follows the order and gives nobody a role.
REMARKS = (
    "", "", "", "", "", " {T}", " {T}", "; hoàn thành {T}", " theo quy định", "; không để ảnh hưởng đến hoạt động của {M}", ", bảo đảm phù hợp với quy hoạch của {M}", " theo Kế hoạch của {M}", " theo hướng dẫn của {M}",
    " trên địa bàn", ", bao gồm cả đơn vị thuộc {M}", "; thực hiện nghiêm kết luận của {M}", " cho các đối tượng do {M} quản lý", "; bảo đảm quyền lợi của {M}", " sau khi có ý kiến thống nhất của {M}", "; nhất là đối với {M}",
)  # fmt: skip
VERBS = (
    "rà soát, thống kê", "xây dựng kế hoạch", "tổ chức triển khai", "tăng cường kiểm tra", "hướng dẫn thực hiện", "cân đối, bố trí kinh phí", "đẩy mạnh tuyên truyền", "lập danh mục", "hoàn thiện", "tiếp tục thực hiện", "kiểm tra, xử lý nghiêm",
    "theo dõi, đôn đốc", "cập nhật", "ban hành quy chế", "đề ra giải pháp", "thẩm định", "công khai", "khẩn trương khắc phục", "chủ động ứng phó với", "nâng cao chất lượng", "tham gia ý kiến về", "tổng hợp", "quản lý chặt chẽ", "bố trí cán bộ phụ trách",
    "quán triệt nội dung", "giám sát", "nghiên cứu", "đánh giá", "chuẩn bị", "xử lý dứt điểm", "số hóa", "thanh tra", "đưa tin về", "triển khai đồng bộ", "lồng ghép", "bảo đảm",
)  # fmt: skip
OBJECTS = (
    "hồ sơ đất đai", "công tác cải cách hành chính", "phương án phòng cháy", "trường lớp, thiết bị dạy học", "việc chi trả trợ cấp", "các dự án chậm tiến độ", "trật tự đô thị", "thu gom rác thải", "công trình thủy lợi", "nguồn nước sinh hoạt",
    "dịch bệnh trên đàn vật nuôi", "an toàn thực phẩm", "các điểm du lịch", "cơ sở dữ liệu dân cư", "thủ tục hành chính", "đội ngũ cán bộ, công chức", "tuyến xe buýt", "quỹ nhà ở xã hội", "bến thủy nội địa", "việc thu phí, lệ phí", "mùa vụ gieo trồng",
    "hệ thống thoát nước", "vùng nguyên liệu chè", "kho lưu trữ điện tử", "hoạt động khai thác cát", "đề án chuyển đổi số", "lễ hội xuân", "phong trào thể thao", "chương trình tiêm chủng", "chợ dân sinh", "rừng phòng hộ", "tàu cá xa bờ", "xăng dầu, khí đốt",
    "việc sắp xếp tài sản công", "bữa ăn học đường", "các mỏ đá", "người lao động mất việc", "kỳ thi tuyển sinh", "điện chiếu sáng", "cây xanh đường phố",
)  # fmt: skip
DEADLINES = (
    "trước ngày 15/6/2025", "trước ngày 30 tháng 11 năm 2024", "trong quý II/2026", "trong tháng 9/2023", "chậm nhất ngày 20 hằng tháng", "trong vòng 10 ngày làm việc", "trước ngày 25/12 hằng năm", "trong năm 2022",
    "định kỳ 6 tháng", "hằng quý", "đến hết ngày 31/3/2027", "trước 16 giờ hằng ngày", "trong tuần đầu tháng 5",
)  # fmt: skip

PLACES = (
    "Trung Giang", "Cửa Biển", "Hà Liễu", "Song Lam", "Núi Voi", "Phú Lương Đông", "Đồi Chè", "Bến Mơ", "Sơn Trang", "Cao Nguyên", "Vịnh Xanh", "Thạch Bàn", "Đông Hạc", "An Sơn Tây", "Bình Lộc", "Kỳ Anh Nam",
)  # fmt: skip
FIELDS = (
    "Bảo tồn Biển", "Dữ liệu đô thị", "Kiểm định Chất lượng", "Phát triển quỹ đất", "Xúc tiến Thương mại", "Điều phối Du lịch", "Dịch vụ việc làm", "Khuyến nông", "Cấp nước", "Công viên Cây xanh", "Chiếu sáng đô thị", "Quan trắc Môi trường",
    "Phục vụ hành chính công", "Quản lý chợ", "Bảo trì đường bộ", "Giống thủy sản",
)  # fmt: skip
HEADS = ("Trung tâm", "Ban Quản lý", "Công ty Cổ phần", "Chi cục", "Viện", "Quỹ", "Hiệp hội", "Ban Chỉ đạo", "Phòng")
GROUPS = (
    "các sở, ban, ngành", "các cơ quan, đơn vị liên quan", "Ủy ban nhân dân các xã, phường", "Ủy ban nhân dân các huyện, thị xã, thành phố", "các địa phương", "các doanh nghiệp viễn thông", "các cơ quan báo chí", "các đơn vị trực thuộc", "các tổ chức, cá nhân",
    "Ủy ban nhân dân cấp xã", "các chủ đầu tư", "các ngân hàng thương mại", "các đoàn thể", "các trường phổ thông", "các đơn vị có liên quan", "cơ quan liên quan", "chính quyền địa phương", "các ban đảng", "các hộ kinh doanh", "lực lượng chức năng",
    "các sở, ngành liên quan", "Ủy ban nhân dân các cấp", "các cơ sở y tế", "các hợp tác xã", "các thành viên Ban Chỉ đạo", "Thủ trưởng các cơ quan, đơn vị", "Chủ tịch Ủy ban nhân dân các xã, phường", "các bộ, ngành", "các đơn vị sự nghiệp",
)  # fmt: skip
SUPERIORS = (
    "Ủy ban nhân dân tỉnh", "UBND tỉnh", "Chủ tịch UBND tỉnh", "Ủy ban nhân dân thành phố", "UBND thành phố", "Thủ tướng Chính phủ", "Tỉnh ủy", "Ban Thường vụ Thành ủy", "Thường trực Tỉnh ủy", "Hội đồng nhân dân tỉnh", "UBND xã", "UBND huyện", "Bộ trưởng",
    "Chủ tịch Ủy ban nhân dân thành phố", "Bộ Nội vụ", "Bộ Tài chính", "Bộ Y tế", "Ban Chỉ đạo tỉnh", "lãnh đạo Bộ", "Văn phòng Chính phủ", "Tổng cục",
)  # fmt: skip
CHIEFS = (
    ("Sở", "Giám đốc"),
    ("Công an", "Giám đốc"),
    ("Cục", "Cục trưởng"),
    ("Viện", "Viện trưởng"),
    ("Trung tâm", "Giám đốc"),
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A made-up task: its words, and [start, end) and label of each body that was put in."""

    text: str
    spans: tuple[tuple[int, int, str], ...]
    pattern: str


def sentences(count: int, *, seed: int, folds: Sequence[int] = tuple(range(FOLDS))) -> Iterator[Sentence]:
    """So many sentences, the same for the same seed, of the patterns and bodies of these folds alone (0 to FOLDS - 1)."""
    maker = _Maker(random.Random(seed), frozenset(folds))
    for _ in range(count):
        yield maker.sentence()


@cache
def bodies() -> tuple[str, ...]:
    """Names of bodies: those of the register that a directive may charge, some made up, in one fixed order."""
    known = [a.name for a in agencies() if a.scope in ("national", "per_province", "per_commune", "territorial")]
    short = [alias for a in agencies() for alias in a.aliases if " " in alias]
    made = [f"{head} {field}" for i, head in enumerate(HEADS) for j, field in enumerate(FIELDS) if (i + j) % 2 == 0]
    placed = [f"{name} {PLACES[i % len(PLACES)]}" for i, name in enumerate(made)]
    local = [f"UBND {kind} {place}" for kind in ("xã", "phường", "huyện") for place in PLACES]
    names = sorted({*known, *short, *made, *placed, *local})
    random.Random(0).shuffle(names)
    return tuple(names)


def _dealt(things: Sequence[str], folds: frozenset[int]) -> list[str]:
    """Those of the things that belong to the folds; the same thing written twice weighs twice, in one fold."""
    order = list(dict.fromkeys(things))
    return [t for t in things if order.index(t) % FOLDS in folds]


class _Maker:
    def __init__(self, chance: random.Random, folds: frozenset[int]) -> None:
        self.chance = chance
        self.leads, self.leadless = _dealt(LEADS, folds), _dealt(LEADLESS, folds)
        self.reports = _dealt(REPORTS, folds)
        self.remarks = ["", "", "", " {T}", *_dealt([r for r in REMARKS if r], folds)]
        self.bodies = [name for i, name in enumerate(bodies()) if i % FOLDS in folds]

    def sentence(self) -> Sentence:
        pick = self.chance.choice
        pattern = pick(self.leads if self.chance.random() < 0.68 else self.leadless)
        pattern += pick(self.reports if self.chance.random() < 0.4 else self.remarks)
        if self.chance.random() < 0.25:  # a second clause
            more = pick(self.leads if self.chance.random() < 0.3 else self.leadless)
            pattern += pick(("; ", ". ")) + (more if self.chance.random() < 0.5 else more[:1].lower() + more[1:])
        return self.filled(pattern + pick((".", ";", "")))

    def filled(self, pattern: str) -> Sentence:
        text = ""
        spans: list[tuple[int, int, str]] = []
        for literal, slot in re.findall(r"([^{}]*)(?:\{(\w)\})?", pattern):
            text += literal
            if slot in LABELS:
                for connector, name in self.listed(slot):
                    text += connector
                    spans.append((len(text), len(text) + len(name), LABELS[slot]))
                    text += name
            elif slot:
                text += self.words(slot)
        at = re.search(r"\w", text)
        if at:
            text = text[: at.start()] + text[at.start()].upper() + text[at.start() + 1 :]
        return Sentence(text, tuple(spans), pattern)

    def words(self, slot: str) -> str:
        return self.work() if slot == "V" else self.chance.choice(OBJECTS if slot == "N" else DEADLINES)

    def work(self) -> str:
        chance = self.chance
        words = f"{chance.choice(VERBS)} {chance.choice(OBJECTS)}"
        return words + (f", {chance.choice(VERBS)} {chance.choice(OBJECTS)}" if chance.random() < 0.3 else "")

    def listed(self, slot: str) -> list[tuple[str, str]]:
        """One body or several, each with what stands before it."""
        several = {"L": 0.25, "C": 0.45, "R": 0.08, "M": 0.2}[slot]
        count = self.chance.choice((2, 2, 3, 4)) if self.chance.random() < several else 1
        names = [self.body(slot, last=i == count - 1) for i in range(count)]
        last = self.chance.choice((" và ", " và ", ", ", "; ", ", và "))
        return [("" if i == 0 else last if i == count - 1 else ", ", name) for i, name in enumerate(names)]

    def body(self, slot: str, *, last: bool) -> str:
        chance = self.chance
        if slot == "R" and chance.random() < 0.7:
            return chance.choice(SUPERIORS)
        if slot == "M" and chance.random() < 0.25:
            return chance.choice(SUPERIORS)
        if chance.random() < {"L": 0.2, "C": 0.35 if last else 0.1, "R": 0.02, "M": 0.4}[slot]:
            return chance.choice(GROUPS)
        name = chance.choice(self.bodies)
        if slot == "L" and chance.random() < 0.1:
            name = next((f"{title} {name}" for head, title in CHIEFS if name.startswith(head + " ")), name)
        return name

"""The head and foot of the document: kind, number, issuer, place, date, subject, signer, recipients, addressees.

Reads the zones of layout. A number or a day on a scan may be handwritten, which OCR reads badly: such a value is doubtful unless other
evidence (a digital signature's time, the file's name) agrees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from functools import cache

from rapidfuzz import fuzz

from extractor import patterns as re
from extractor.facts.agencies import Context, Mention, find_agencies
from extractor.facts.signer import read_signer
from extractor.facts.units import Structure
from extractor.knowledge import spelling
from extractor.knowledge.provinces import Province, provinces
from extractor.knowledge.register import register
from extractor.layout.document import Document, Paragraph
from extractor.layout.zones import folded, kind_of
from extractor.record import Addressee, Directive, Evidence, Issuer, Recipient, Signature, Signer, Warning

# What a reader may be sure of: a typed value on a text page, and one on a scan that may be handwritten.
TYPED, PERHAPS_HANDWRITTEN, INFERRED, SIGNING_DAY = 0.97, 0.6, 0.55, 0.35

_DASHES = str.maketrans("‐‑‒–—−", "------")
_NUMBER = re.compile(
    r"(?:Số|SỐ|số|Sô|So|S[óôố])?\s*[:.;]?\s*(?P<num>[\dOolI|]{1,5}[a-zđ]?)\s*(?:/\s*(?P<year>(?:19|20)\d{2})\s*)?[/-]\s*(?P<sym>[[:upper:]][A-Za-zĐđƯư&.]*(?:\s*[-/]\s*[[:upper:]][\wĐđƯư&]*)*)"
)
_BLANK_NUMBER = re.compile(
    r"(?:Số|SỐ|số|Sô|So)\s*[:.;]?\s*[._…\s]*[/-]\s*(?P<sym>[[:upper:]][A-Za-zĐđƯư&]*(?:\s*[-/]\s*[[:upper:]][\wĐđƯư&]*)*)"
)
_DATE = re.compile(
    r"ngày\s*(?P<d>[\dOolI|]{0,3})[\s.…_]*tháng\s*(?P<m>[\dOolI|]{0,3})[\s.…_]*năm\s*(?P<y>\d{0,4})", re.IGNORECASE
)
# The same where a handwritten day ran into the words: month and year may still stand.
_GARBLED_DATE = re.compile(r"(?<!\w)ng\S{0,3}\s*(?P<d>.{0,6}?)\s*th[áa]ng\s*(?P<m>.{0,3}?)\s*n[ăa]m\s*(?P<y>\d{0,4})")
_SUBJECT_CUE = re.compile(r"^\W*(?:Về\s+việc|VỀ\s+VIỆC|về\s+việc|V/v|V/V|v/v|Vê\s+việc|Về|VỀ|về)[\s:]+")
# The verb that addresses bodies; the same words as nouns ("theo đề nghị của", "đáp ứng yêu cầu", "giao thông") do not.
_ADDRESSES = re.compile(
    r"(?<!\w)(?<!(?:theo|xét|đáp ứng|đúng|các|những|có|nêu|được|bàn|chuyển|nhu cầu|một số)\s)(?:yêu cầu|chỉ thị|đề nghị|giao|phân công)(?!\w)"
    r"(?!\s+(?:của|phát triển|nhiệm vụ|thông|dịch|nhận|lưu|ban|trách nhiệm|số|này))"
)
_PLACE_PREFIX = re.compile(r"^(?:TP\.?|Tp\.?|T\.\s*P\.?)\s*")


@dataclass(slots=True)
class Header:
    """The directive's fields, the context that other grammars need, and what a clerk should look at."""

    directive: Directive
    context: Context
    dated: (
        date | None
    )  # from when deadlines count: the day of issue, or the first of a month or year whose day is blank
    addressees: list[Mention] = field(default_factory=list)  # offsets in the flow
    warnings: list[Warning] = field(default_factory=list)


def read_header(
    document: Document, structure: Structure, *, signatures: Sequence[Signature] = (), file_name: str = ""
) -> Header:
    """The head and foot of the document as a `Directive`, with its context."""
    reader = _Reader(document, structure, signatures, file_name)
    return reader.read()


class _Reader:
    def __init__(
        self, document: Document, structure: Structure, signatures: Sequence[Signature], file_name: str
    ) -> None:
        self.document, self.structure, self.signatures, self.file_name = document, structure, signatures, file_name
        self.warnings: list[Warning] = []
        self.evidence: dict[str, Evidence] = {}
        self.month: date | None = None

    def read(self) -> Header:
        kind = self._kind()
        number = self._number()
        place, issued_on = self._place_and_date()
        signer = self._signer()
        issuer, province = self._issuer(place, signer, issued_on)
        context = Context(issuer.name if issuer else None, self._superior(province, place), province, issued_on)
        addressees = self._addressees(context)
        directive = Directive(
            kind=kind,
            number=number,
            issuer=issuer,
            place=place,
            issued_on=issued_on,
            subject=self._subject(),
            urgency=self._stamp("HỎA TỐC", "HOẢ TỐC", "THƯỢNG KHẨN", "KHẨN"),
            secrecy=self._stamp("TUYỆT MẬT", "TỐI MẬT", "MẬT"),
            signer=signer,
            recipients=self._recipients(context),
            addressees=tuple(self._addressee(m) for m in addressees),
            evidence=self.evidence,
        )
        if issuer and (issuer.confidence < 0.7 or issuer.agency_id is None) and not issuer.inferred:
            self._warn(
                "issuer-doubtful",
                "Tên cơ quan ban hành cần kiểm tra.",
                "The issuing body's name needs a check.",
                "issuer",
            )
        subject = directive.subject
        if subject is None or self.evidence["subject"].confidence < 0.7 or len(subject) > 400:
            self._warn("subject-doubtful", "Trích yếu cần kiểm tra.", "The subject needs a check.", "subject")
        for name, value in (
            ("kind", kind),
            ("issuer", issuer),
            ("number", number),
            ("issued_on", issued_on),
            ("signer", signer),
        ):
            if value is None and not any(w.field == f"directive.{name}" for w in self.warnings):
                self._warn(
                    "field-missing",
                    f"Không tìm thấy {_FIELD_VI[name]} trên văn bản.",
                    f"No {name.replace('_', ' ')} was found on the document.",
                    name,
                )
        return Header(directive, context, issued_on or self.month, addressees, self.warnings)

    # --- the parts ------------------------------------------------------------------------------------------------

    def _kind(self) -> str | None:
        for p in self.document.zone("kind"):
            found = kind_of(p.text)
            if found:
                self._keep("kind", p.start, p.start + len(found[0]), TYPED)
                return found[0]
        if any(True for _ in self.document.zone("addressed_to")):
            return "công văn"
        return None

    def _number(self) -> str | None:
        for p in self.document.zone("number"):
            text = p.text.translate(_DASHES)
            found = _NUMBER.search(text)
            yearly = found and re.match(r"(?:TT|NĐ|TTLT)\b", found["sym"]) and not found["year"]
            if found and not (yearly and re.fullmatch(r"(?:19|20)\d\d", found["num"])):
                digits = found["num"].translate(str.maketrans("OolI|", "00111"))
                symbol = re.sub(r"ĐĐ+", "Đ", re.sub(r"\s+", "", found["sym"]).rstrip("."))
                separator = re.search(r"[/-]", text[found.end("num") : found.start("sym")])
                year = f"/{found['year']}" if found["year"] else ""
                named = self._number_in_file_name(symbol)
                said = {*([named] if named else []), *self._numbers_in_annexes(symbol)}
                if (
                    said
                    and page_read(self.document, p) == "ocr"
                    and int(re.sub(r"\D", "", digits) or 0) not in map(int, said)
                ):
                    # What a pen wrote has several readings: one that is said elsewhere as well is the number.
                    written = self.document.guesses(p.start + found.start("num"), p.start + found.end("num"))
                    fitting = [text for text in written if int(text) in map(int, said)]
                    if not fitting and named:
                        self._inferred_number(p, found.start("num"), found.end("sym"))
                        return f"{named}{year}{separator[0] if separator else '/'}{symbol}"
                    digits, said = (fitting[0], said) if fitting else (digits, set())
                number = f"{digits}{year}{separator[0] if separator else '/'}{symbol}"
                sure = self._doubt_handwriting("number", p, found.start("num"), found.end("sym"), agrees=bool(said))
                self._keep("number", p.start + found.start("num"), p.start + found.end("sym"), sure)
                return number
            unread = re.search(r"(?P<sym>[[:upper:]][[:upper:]r]\s*-\s*[[:upper:]][\w&-]*)", text)
            if page_read(self.document, p) == "ocr" and unread:
                symbol = re.sub(r"\s+", "", unread["sym"])
                if named := self._number_in_file_name(symbol):
                    self._inferred_number(p, unread.start(), unread.end())
                    return f"{named}/{symbol}"
                self._warn(
                    "number-unreadable",
                    "Số văn bản trên bản quét không đọc được (có thể viết tay).",
                    "The number on the scan could not be read (perhaps handwritten).",
                    "number",
                )
                return None
            if _BLANK_NUMBER.search(text):
                self._warn(
                    "number-blank",
                    "Số văn bản để trống trên trang.",
                    "The document's number is blank on the page.",
                    "number",
                )
                return None
        return None

    def _place_and_date(self) -> tuple[str | None, date | None]:
        for p in self.document.zone("date_line"):
            found = _DATE.search(p.text) or _GARBLED_DATE.search(p.text)
            if not found:
                continue
            before = p.text[: found.start()].strip(" ,.-*")
            place = _PLACE_PREFIX.sub("Thành phố ", before) if before else None
            if place:
                self._keep("place", p.start + p.text.index(before), p.start + p.text.index(before) + len(before), TYPED)
            issued_on = self._written_date(p, found) or self._date(found)
            if issued_on is None:
                self.month = self._date(found, day="1") or self._date(found, day="1", month="1")
                if re.search(r"\d", found["y"] or ""):
                    self._warn(
                        "date-unreadable",
                        "Ngày ban hành trên bản quét không đọc được (có thể viết tay).",
                        "The date of issue on the scan could not be read (perhaps handwritten).",
                        "issued_on",
                    )
                    return place, self._date_from_signature()
                self._warn(
                    "date-blank",
                    "Ngày ban hành để trống hoặc không đọc được.",
                    "The date of issue is blank or unreadable.",
                    "issued_on",
                )
                return place, self._date_from_signature()
            # A day or two beside it a wrong reading would agree as well: that chooses between readings and makes none sure.
            agrees = self._days_to_signing(issued_on) == 0
            sure = self._doubt_handwriting("issued_on", p, found.start(), found.end(), agrees=agrees)
            self._keep("issued_on", p.start + found.start(), p.start + found.end(), sure)
            return place, issued_on
        return None, self._date_from_signature()

    def _written_date(self, p: Paragraph, found: re.Match[str]) -> date | None:
        """The date whose day or month a pen wrote: of its readings the one that goes best with when the file was signed."""
        readings: dict[str, dict[str, float]] = {
            part: self.document.guesses(p.start + found.start(part), p.start + found.end(part)) or {found[part]: 1.0}
            for part in ("d", "m")
        }
        best, best_odds = None, 0.0
        for day, likely in readings["d"].items():
            for month, as_likely in readings["m"].items():
                on = self._date(found, day, month)
                odds = likely * as_likely * (_odds_of_delay(self._days_to_signing(on)) if on else 0.0)
                if odds > best_odds:
                    best, best_odds = on, odds
        return best

    def _days_to_signing(self, on: date) -> int | None:
        """Days from a date to the first digital signature; None without one that says when it was made."""
        days = sorted(_local_day(s.signed_at) for s in self.signatures if s.signed_at)
        return (days[0] - on).days if days else None

    @staticmethod
    def _date(found: re.Match[str], day: str | None = None, month: str | None = None) -> date | None:
        digits = str.maketrans("OolI|", "00111")
        try:
            return date(
                int(found["y"]),
                int((month or found["m"]).translate(digits)),
                int((day or found["d"]).translate(digits)),
            )
        except ValueError:
            return None

    def _date_from_signature(self, month: int | None = None, year: int | None = None) -> date | None:
        """The signing time as evidence: an upper bound of the date of issue, used only where it fits what is printed."""
        days = sorted(_local_day(s.signed_at) for s in self.signatures if s.signed_at)
        if not days or (month and days[0].month != month) or (year and days[0].year != year):
            return None
        self.evidence["issued_on"] = Evidence(confidence=SIGNING_DAY, inferred=True)
        self._warn(
            "date-inferred", "Ngày ban hành suy ra từ thời gian ký số, có thể sớm hơn vài ngày.",
            "The date of issue is inferred from the digital signature's time; it may be some days earlier.", "issued_on",
        )  # fmt: skip
        return days[0]

    def _subject(self) -> str | None:
        parts = list(self.document.zone("subject"))
        if not parts:
            for p in self.document.zone("number"):  # "Số: 12/UBND-VX V/v …" on one line
                inline = re.search(r"V/v[\s:]+(?=\S)", p.text)
                if inline:
                    parts = [Paragraph(p.start + inline.start(), p.end, "subject", p.text[inline.start() :])]
        if not parts:
            for p in self.document.zone("kind"):
                found = kind_of(p.text)
                if found and found[1]:
                    parts = [Paragraph(p.end - len(found[1]), p.end, "subject", found[1])]
        if not parts:
            return None
        text = " ".join(p.text for p in parts)
        text = re.sub(
            r"^\W*CỦA\s+[[:upper:]\s,-]+?\s+(?=[Vv]ề\b|V/v|VỀ\b)", "", text
        )  # "CHỈ THỊ / CỦA BAN THƯỜNG VỤ TỈNH ỦY / về …"
        cue = _SUBJECT_CUE.match(text)
        subject = text[cue.end() :] if cue else text
        subject = re.sub(r"\s*[-_–—.*]{2,}\s*$|^[-_–—*.\s]{2,}", "", subject).strip(" .*-–_")
        self._keep("subject", parts[0].start + (cue.end() if cue else 0), parts[-1].end, TYPED if cue else 0.85)
        return subject or None

    def _stamp(self, *words: str) -> str | None:
        for p in self.document.zone("urgency"):
            for word in words:
                if p.text.strip().startswith(word):
                    self._keep("urgency" if "KHẨN" in word or "TỐC" in word else "secrecy", p.start, p.end, 0.9)
                    return word.capitalize().replace("Hoả", "Hỏa")
        return None

    def _signer(self) -> Signer | None:
        lines = list(self.document.zone("signature"))
        if not lines:
            return None
        signer = read_signer(self.document, scanned=page_read(self.document, lines[-1]) == "ocr")
        if signer and signer.confidence < 0.7:
            self._warn(
                "signer-doubtful",
                "Chữ ký: tên hoặc chức vụ đọc không chắc chắn.",
                "The signer's name or title was read with doubt.",
                "signer",
            )
        return signer

    def _issuer(
        self, place: str | None, signer: Signer | None, on: date | None
    ) -> tuple[Issuer | None, Province | None]:
        lines = [p for p in self.document.zone("letterhead") if re.search(r"\w{2}", p.text)]
        bodies = _bodies([(p.start, p.end, p.text) for p in lines])
        province = self._province(" ".join(p.text for p in lines), place, on)
        if bodies:
            start, end, words = bodies[-1]
            head = self._spelled(words) or _cased(words, province, place)
            if len(bodies) > 1 and folded(words) == "van phong":  # "UBND TỈNH X / VĂN PHÒNG"
                head = f"Văn phòng {_cased(bodies[-2][2], province, place)}"
            elif len(bodies) > 1 and head.startswith(("Sở ", "Ban ", "Thanh tra", "Phòng ", "Chi cục ", "Trung tâm ")):
                over = _cased(bodies[-2][2], province, place)
                where = over.removeprefix("Ủy ban nhân dân ")
                if where != over and folded(where) not in folded(head) and not _ends_in_name(head):
                    head = f"{head} {where}"  # "UBND TỈNH X / SỞ NỘI VỤ": completed by the place
            confidence = min(TYPED, max(self.document.confidence(start, end), 0.5))
            return self._made_issuer(head, province, on, start, end, confidence, inferred=False), province
        ordering, start, end = self._ordering_body(on)
        name: str | None = ordering
        local = _LOCAL_COUNCIL.match(name or "")
        province = province or (self._province_of_text(local["type"], on) if local else None)
        if local and province:
            name = f"Ủy ban nhân dân {province.full_name}"
        if signer and signer.for_ and spelling.key(signer.for_).startswith("ủy ban nhân dân") and province:
            name = (
                f"Ủy ban nhân dân {province.full_name}"
                if not name or spelling.key(f"Ủy ban nhân dân {province.type}") == spelling.key(name)
                else name
            )
        if name is None or len(name) > 100:
            return None, province
        return self._made_issuer(name, province, on, start, end, INFERRED, inferred=True), province

    def _spelled(self, words: str) -> str | None:
        """An unknown body's letterhead as the body of the text spells it, where that shows which of its words are names."""
        if not words.isupper() or len(words.split()) < 4 or register().lookup(words) or _LOCAL_BODY.match(words):
            return None
        pattern = r"\s+".join(map(re.escape, spelling.modern(words).split()))
        for found in re.finditer(rf"(?<!\w){pattern}(?!\w)", spelling.modern(self.document.flow), re.IGNORECASE):
            if not found[0].isupper() and _ends_in_name(found[0]):
                return register().official(re.sub(r"\s+", " ", found[0][:1].upper() + found[0][1:]))
        return None

    def _superior(self, province: Province | None, place: str | None) -> str | None:
        """The body above the issuer in the letterhead ("UBND TỈNH X / SỞ Y TẾ")."""
        lines = [p for p in self.document.zone("letterhead") if re.search(r"\w{2}", p.text)]
        bodies = _bodies([(p.start, p.end, p.text) for p in lines])
        return _cased(bodies[-2][2], province, place) if len(bodies) > 1 else None

    def _made_issuer(
        self,
        name: str,
        province: Province | None,
        on: date | None,
        start: int,
        end: int,
        confidence: float,
        *,
        inferred: bool,
    ) -> Issuer:
        agency_id = register().agency_id(name, province=province, on=on)
        return Issuer(
            name=name,
            agency_id=agency_id,
            spans=self.document.spans(start, end),
            confidence=confidence,
            inferred=inferred,
        )

    def _province(self, letterhead: str, place: str | None, on: date | None) -> Province | None:
        local = not letterhead or re.search(
            r"(?i)ủy ban nhân dân|uỷ ban nhân dân|y ban nh.n d.n|ubnd|hội đồng nhân dân|hđnd|\bsở\b|tỉnh|thành (?:ủy|uỷ|phố|đoàn)|huyện|quận|\bxã\b|phường|đặc khu",
            letterhead,
        )
        for words in (letterhead, (place or "") if local else ""):
            form = folded(words)
            best: tuple[float, Province] | None = None
            for candidate in provinces():
                plain = folded(candidate.name)
                if f" {plain} " in f" {form} ":
                    score = 100.0 + len(plain) + (0.5 if on and candidate.valid(on) else 0.0)
                elif len(plain) > 6 and words == letterhead and fuzz.partial_ratio(plain, form) >= 92:
                    score = 92.0
                else:
                    continue
                if best is None or score > best[0]:
                    best = (score, candidate)
            if best:
                return best[1]
        return None

    def _province_of_text(self, kind: str, on: date | None) -> Province | None:
        """The province of a text without a letterhead whose issuer is only "Ủy ban nhân dân tỉnh".

        The title says it ("… trên địa bàn tỉnh Y"), or the preamble names a body of it; two named provinces leave it open.
        """
        title = " ".join(p.text for p in self.document.zone("kind", "subject"))
        preamble = self.document.flow[self.structure.preamble_start : self.structure.preamble_end]
        for words in (title, preamble):
            form = f" {folded(words)} "
            named = [
                province
                for province in provinces()
                if province.type == kind
                and (on is None or province.valid(on))
                and any(
                    f" {of} {folded(kind)} {folded(province.name)} " in form for of in ("dia ban", "ubnd", "nhan dan")
                )
            ]
            if len({province.name for province in named}) == 1:
                return named[-1]
        return None

    def _ordering_body(self, on: date | None) -> tuple[str | None, int, int]:
        """The body that orders ("Bộ trưởng Bộ X yêu cầu …"), for a text without a letterhead."""
        flow, hinge = self.document.flow, self.structure.hinge
        found = self._orders_in(flow, hinge.start, hinge.end, on) if hinge else (None, 0, 0)
        return (
            found if found[0] else self._orders_in(flow, self.structure.preamble_start, self.structure.preamble_end, on)
        )

    @staticmethod
    def _orders_in(flow: str, start: int, end: int, on: date | None) -> tuple[str | None, int, int]:
        for order in re.finditer(r"(?<!\w)(?:yêu cầu|chỉ thị|đề nghị|điện|giao)(?!\w)", flow[start:end]):
            window = start + max(0, order.start() - 120)
            before = flow[window : start + order.start()]
            mentions = [
                m
                for m in find_agencies(before, context=Context(signed=on))
                if not m.group and not before[m.end :].strip(" ,")
            ]
            if mentions:
                last = mentions[-1]
                return last.name, window + last.start, window + last.end
        return None, start, start

    def _recipients(self, context: Context) -> tuple[Recipient, ...]:
        entries: list[Recipient] = []
        for p in self.document.zone("recipients"):
            text = re.sub(r"^\W*[Nn][ơo][iI]\s+[Nn]h[ậaâ]n\s*:?\s*", "", p.text)
            offset = p.start + len(p.text) - len(text)
            stripped = text.lstrip(" -–—+•*.~¬_")
            offset += len(text) - len(stripped)
            words = re.sub(r"[\s;.,:✓√]+$", "", stripped)
            if not re.search(r"\w{2}", words):
                continue
            sure = self.document.confidence(offset, offset + len(words))
            agency = register().agency_id(
                re.sub(r"\s*\([^)]*\)\s*$", "", words), province=context.province, on=context.signed
            )
            entries.append(
                Recipient(
                    text=words,
                    agency_id=agency,
                    spans=self.document.spans(offset, offset + len(words)),
                    confidence=min(0.95, sure),
                )
            )
        return tuple(entries)

    def _addressees(self, context: Context) -> list[Mention]:
        """The bodies that the ordering sentence addresses, and those listed under "… điện:"."""
        flow, structure = self.document.flow, self.structure
        found = self._telegraphed(context)
        if structure.hinge:
            base, text = structure.hinge.start, structure.hinge.text
        else:
            preamble = [p for p in self.document.zone("body") if p.end <= structure.preamble_end]
            if not preamble:
                return found
            base, text = preamble[-1].start, preamble[-1].text
        known = {spelling.key(m.name) for m in found}
        for order in reversed(list(_ADDRESSES.finditer(text))):
            ordered = self._listed(flow[base + order.end() : base + len(text)], context)
            if ordered:
                moved = [_moved(m, base + order.end()) for m in ordered]
                return found + [m for m in moved if spelling.key(m.name) not in known]
        return found

    def _telegraphed(self, context: Context) -> list[Mention]:
        """The bodies that a telegram is sent to: dash items after "… điện:"."""
        found: list[Mention] = []
        listening = False
        for p in self.document.zone("body", "addressed_to"):
            if p.start >= self.structure.preamble_end:
                break
            if re.search(r"(?<!\w)điện\s*:\s*$", p.text):
                listening = True
            elif listening and re.match(r"\s*[-–+]", p.text):
                found += [_moved(m, p.start) for m in find_agencies(p.text, context=context)]
            else:
                listening = False
        return found

    @staticmethod
    def _listed(tail: str, context: Context) -> list[Mention]:
        """The bodies of a list right after the verb that addresses them; the issuer itself is none."""
        found: list[Mention] = []
        previous = 0
        issuer = spelling.key(context.issuer) if context.issuer else None
        for m in find_agencies(tail, context=context):
            gap = tail[previous : m.start]
            if found and not re.fullmatch(
                r"[\s,;:()]*(?:và|cùng|đồng thời|chỉ đạo|phối hợp với|trực tiếp chỉ đạo|căn cứ|theo)?(?:[\s,;:]*|\s+\S+(?:\s\S+){0,3}\s*,\s*(?:và\s*)?)",
                gap,
            ):
                break
            if not found and (len(gap.split()) > 3 or spelling.key(m.name) == issuer):
                break
            found.append(m)
            previous = m.end
        return found

    def _addressee(self, m: Mention) -> Addressee:
        words = self.document.flow[m.start : m.end]
        return Addressee(
            agency=m.name,
            agency_id=m.agency_id,
            as_written=words,
            spans=self.document.spans(m.start, m.end),
            confidence=m.confidence,
        )

    # --- evidence -------------------------------------------------------------------------------------------------

    def _keep(self, name: str, start: int, end: int, confidence: float) -> None:
        scanned = self.document.confidence(start, end)
        self.evidence[name] = Evidence(
            spans=self.document.spans(start, end), confidence=round(min(confidence, max(scanned, 0.3)), 3)
        )

    def _doubt_handwriting(self, name: str, p: Paragraph, start: int, end: int, *, agrees: bool) -> float:
        if page_read(self.document, p) != "ocr":
            return TYPED
        if agrees:
            return 0.9
        self._warn(
            "perhaps-handwritten",
            f"{_FIELD_VI[name].capitalize()} trên bản quét có thể là chữ viết tay, cần kiểm tra.",
            f"The {name.replace('_', ' ')} on the scan may be handwritten: please check.",
            name,
        )
        return PERHAPS_HANDWRITTEN

    def _number_in_file_name(self, symbol: str) -> str | None:
        """The number that the file is named by beside its kind ("05CT_scan.pdf", "CT so 29.pdf"), of two digits at least.

        Offices name scans by number; a handwritten number read by OCR is wrong more often than such a name.
        """
        parts = [folded(part).replace(" ", "") for part in re.split(r"[-/]", symbol)]
        if not all(parts):
            return None
        name = re.sub(r"[\W_]+", " ", folded(self.file_name.rsplit(".", 1)[0]))
        said = rf"(?<![a-z])(?:{'|'.join(parts)}) so (?P<n>\d{{1,4}})(?!\w)"
        before = rf"(?<!\w)(?P<n>\d{{1,4}}) ?(?:{'|'.join(parts)}|{parts[0]}[a-z]{{1,3}})(?![a-z])"
        behind = rf"(?<![a-z]){parts[0]} (?P<n>\d{{1,3}})(?!\w)"
        found = re.search(said, name) or re.search(before, name) or re.search(behind, name)
        return found["n"].zfill(2) if found and int(found["n"]) else None

    def _numbers_in_annexes(self, symbol: str) -> list[str]:
        """The numbers with this symbol in the openings of annexes ("Kèm theo Quyết định số 241/QĐ-UBND")."""
        opening = rf"(?i:kèm theo)[^.;]{{0,60}}?số\s*:?\s*(\d{{1,5}})\s*/{re.escape(symbol)}(?!\w)"
        return [n for p in self.document.zone("annex") for n in re.findall(opening, p.text) if int(n)]

    def _inferred_number(self, p: Paragraph, start: int, end: int) -> None:
        """The number is taken from the file's name: inferred, doubtful, and said to be."""
        self.evidence["number"] = Evidence(
            spans=self.document.spans(p.start + start, p.start + end), confidence=INFERRED, inferred=True
        )
        self._warn(
            "number-from-file-name",
            "Số văn bản viết tay không đọc được chắc chắn, lấy theo tên tệp: cần kiểm tra.",
            "The handwritten number could not be read for sure and was taken from the file's name: please check.",
            "number",
        )

    def _warn(self, code: str, vi: str, en: str, name: str) -> None:
        self.warnings.append(Warning(code=code, message=vi, message_en=en, field=f"directive.{name}"))


def _local_day(moment: datetime) -> date:
    """The day in Vietnam (UTC+7) of a signing time."""
    return moment.astimezone(timezone(timedelta(hours=7))).date() if moment.tzinfo else moment.date()


def _odds_of_delay(days: int | None) -> float:
    """How likely a file is signed so many days after the date of issue, beside the likeliest; seen on signed scans of several offices."""
    if days is None:
        return 1.0
    if days < 0:
        return 0.02
    return 1.0 if days <= 4 else 0.3 if days <= 10 else 0.05


def page_read(document: Document, p: Paragraph) -> str | None:
    """How the page was read that a paragraph begins on."""
    return document.pages[p.lines[0].page - 1].reading if p.lines else None


_FIELD_VI = {
    "kind": "tên loại văn bản", "issuer": "cơ quan ban hành", "number": "số văn bản", "issued_on": "ngày ban hành", "signer": "người ký",
}  # fmt: skip

_LOCAL_COUNCIL = re.compile(r"Ủy ban nhân dân (?P<type>tỉnh|thành phố)$", re.IGNORECASE)

# Bodies whose names follow from their place: their case needs no evidence.
_LOCAL_BODY = re.compile(r"(?:ỦY BAN|UỶ BAN|UBND|HỘI ĐỒNG|HĐND|TỈNH|THÀNH|HUYỆN|QUẬN|THỊ|ĐẢNG|BAN THƯỜNG VỤ)\s")


def _ends_in_name(words: str) -> bool:
    """Whether the last two words are written large in running text, as a proper name is ("Vườn quốc gia Bái Tử")."""
    last = words.split()[-2:]
    return len(last) == 2 and all(word[:1].isupper() and not word.isupper() for word in last)


_BODY_START = re.compile(
    r"^\W*(?:ỦY BAN|UỶ BAN|UBND|HỘI ĐỒNG|HĐND|BỘ(?! PHẬN)|SỞ|CHÍNH PHỦ|THỦ TƯỚNG|QUỐC HỘI|VĂN PHÒNG|TỈNH ỦY|TỈNH UỶ|THÀNH ỦY|THÀNH UỶ|HUYỆN ỦY|HUYỆN UỶ|QUẬN ỦY|ĐẢNG BỘ|ĐẢNG ỦY|ĐẢNG UỶ|"
    r"BAN|HỘI|TỔNG CỤC|CỤC|CHI CỤC|VIỆN|KIỂM TOÁN|NGÂN HÀNG|TÒA ÁN|TOÀ ÁN|THANH TRA|TỈNH ĐOÀN|THÀNH ĐOÀN|ĐOÀN|TRƯỜNG|CHỦ TỊCH|BẢO HIỂM|KHO BẠC|CÔNG AN|LIÊN|MẶT TRẬN|TRUNG TÂM|TẬP ĐOÀN|"
    r"CÔNG TY|TỔNG CÔNG TY|BCH|PHÒNG|BỆNH VIỆN|ĐÀI|BÁO)\b"
)


@cache
def _folded_body_start() -> re.Pattern[str]:
    """The first words of bodies without accents: a scan loses those of capitals first."""
    words = re.findall(r"[[:upper:]][[:upper:] ]+", _BODY_START.pattern)
    return re.compile(
        "(?:"
        + "|".join(
            sorted({folded(w) for w in words if len(w.split()) > 1 or w in ("SỞ", "CỤC")}, key=len, reverse=True)
        )
        + r")\b"
    )


def _begins_body(upper: str) -> bool:
    return bool(_BODY_START.match(upper) or _folded_body_start().match(folded(upper)))


def _bodies(lines: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """The letterhead's lines put together into bodies, superior first."""
    bodies: list[tuple[int, int, str]] = []
    for start, end, text in lines:
        words = re.sub(r"^[\W_]+|[\W_]+$", "", text)
        if len(words) < 2 or re.search(r"\d|^S\S{0,2}\s*:|ngày|tháng|CỘNG HÒA|CỘNG HOÀ|Độc lập", words):
            continue
        upper = words.upper()
        unfinished = bool(bodies) and bool(
            re.search(
                r"(?:ỦY BAN NHÂN DÂN|UỶ BAN NHÂN DÂN|UBND|HỘI ĐỒNG NHÂN DÂN|\bVÀ|,|-|VĂN PHÒNG CHÍNH|^CHÍNH|ỦY BAN|CHỦ TỊCH)$",
                bodies[-1][2].upper(),
            )
        )
        if bodies and (unfinished or not _begins_body(upper)):
            first = bodies[-1]
            bodies[-1] = (first[0], end, f"{first[2]} {words}")
        else:
            bodies.append((start, end, words))
    return bodies


def _cased(words: str, province: Province | None, place: str | None) -> str:
    """A letterhead's capitals in official spelling: "ỦY BAN NHÂN DÂN TỈNH QUẢNG NGÃI" → "Ủy ban nhân dân tỉnh Quảng Ngãi"."""
    text = re.sub(r"\s+", " ", words).strip()
    known = register().lookup(text) or register().agency(spelling.slug(text))  # the slug forgives accents that OCR lost
    if known and known.scope == "national":
        return known.name
    lower = spelling.modern(text.lower())
    local = re.match(
        r"(?:(?P<chair>chủ tịch)\s+)?(?P<head>ủy ban nhân dân|ubnd|hội đồng nhân dân|hđnd)\s+(?P<kind>tỉnh|thành phố|tp\.?|huyện|quận|thị xã|xã|phường|thị trấn|đặc khu)\s+(?P<name>.+)$",
        lower,
    )
    if local is None:
        scattered = re.match(r"(?P<head>.y ban nh.n d.n|ubnd)\s+(?P<kind>t.nh|th.nh ph.)\s+(?P<name>.+)$", lower)
        if scattered and province:
            return f"Ủy ban nhân dân {province.full_name}"
    if local:
        head = "Ủy ban nhân dân" if local["head"] in ("ủy ban nhân dân", "ubnd") else "Hội đồng nhân dân"
        kind = "thành phố" if local["kind"].startswith("tp") else local["kind"]
        if (
            province
            and kind in ("tỉnh", "thành phố")
            and fuzz.ratio(folded(province.name), folded(local["name"])) >= 80
        ):
            return f"{head} {province.full_name}"
        return f"{head} {kind} {_proper(local['name'])}"
    party = re.match(r"(?P<head>tỉnh ủy|thành ủy|huyện ủy|quận ủy|thị ủy|đảng ủy)\s+(?P<name>.+)$", lower)
    if party:
        return f"{party['head'].capitalize()} {_proper(party['name'])}"
    if known:
        official = known.name
        return (
            f"{official} {province.full_name}"
            if province and not folded(official).endswith(folded(province.name))
            else official
        )
    if not text.isupper():
        return register().official(text)
    return register().official(_sentence(text, proper=[place or "", province.name if province else ""]))


def _proper(words: str) -> str:
    return " ".join(w[:1].upper() + w[1:] for w in words.split())


_HEAD_NOUN = r"Bộ|Sở|Cục|Chi cục|Tổng cục|Vụ|Viện|Ban|Hội|Phòng|Trung tâm|Tập đoàn|Công ty|Tổng công ty|Trường|Bệnh viện|Đài|Báo|Chi nhánh|Quỹ"


def _sentence(text: str, proper: Sequence[str] = ()) -> str:
    """Capitals to a sentence: first letter large, the rest small, proper names kept."""
    lower = re.sub(r"\s+", " ", text.lower()).strip()
    result = lower[:1].upper() + lower[1:]
    for name in proper:
        if name:
            result = re.sub(re.escape(name), name, result, flags=re.IGNORECASE)
    # A name's word after its head noun is large: "Bộ Thủy nông", "Cục Đường thủy".
    result = re.sub(rf"^({_HEAD_NOUN}) (\w)", lambda m: f"{m[1]} {m[2].upper()}", result)
    return spelling.modern(result)


def _moved(m: Mention, by: int) -> Mention:
    return replace(m, start=m.start + by, end=m.end + by)

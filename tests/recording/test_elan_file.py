"""Marks in files of ELAN: written and read by pympi, from ELAN itself, and from nobody known."""

import re
import tempfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from pympi.Elan import Eaf

from fer_desktop.errors import StorageError
from fer_desktop.recording.elan_file import elan_annotations, known_by
from fer_desktop.recording.mark_files import read_marks, write_marks
from fer_desktop.recording.session_format import Mark

MARKS = [
    Mark(0, "begins"),
    Mark(40_000, 'lächelt; "laut" <&>', 90_000, "#56b4e9"),
    Mark(50_999, ""),
]

_ENTITIES = '<!DOCTYPE a [<!ENTITY b "c">]><ANNOTATION_DOCUMENT>&b;</ANNOTATION_DOCUMENT>'


def document(inside: str, head: str = "") -> str:
    return f"<ANNOTATION_DOCUMENT>{head}{inside}</ANNOTATION_DOCUMENT>"


def slots(*times: str) -> str:
    lines = (
        f'<TIME_SLOT TIME_SLOT_ID="ts{at}" TIME_VALUE="{time}"/>'
        for at, time in enumerate(times, start=1)
    )
    return f"<TIME_ORDER>{''.join(lines)}</TIME_ORDER>"


def annotation(text: str, name: str = "a1", begin: str = "ts1", end: str = "ts2") -> str:
    return (
        f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="{name}" TIME_SLOT_REF1="{begin}"'
        f' TIME_SLOT_REF2="{end}"><ANNOTATION_VALUE>{text}</ANNOTATION_VALUE>'
        "</ALIGNABLE_ANNOTATION></ANNOTATION>"
    )


def read(folder: Path, content: str) -> list[Mark]:
    path = folder / "read.eaf"
    path.write_text(content, encoding="utf-8")
    return read_marks(path).marks


def test_a_file_is_what_elan_expects(tmp_path: Path) -> None:
    write_marks(MARKS, tmp_path / "a.eaf", "/films/clip é.mp4")
    root = ET.parse(tmp_path / "a.eaf").getroot()
    assert [child.tag for child in root] == [
        "HEADER", "TIME_ORDER", "TIER", "LINGUISTIC_TYPE", *["CONSTRAINT"] * 4,
    ]  # fmt: skip
    assert [item.tag for item in root.find("HEADER")] == ["MEDIA_DESCRIPTOR", "PROPERTY"]
    place = "{http://www.w3.org/2001/XMLSchema-instance}noNamespaceSchemaLocation"
    assert root.get(place).endswith("EAFv3.0.xsd")
    assert (root.get("FORMAT"), root.get("DATE")[-6:]) == ("3.0", "+00:00")
    media = root.find("HEADER/MEDIA_DESCRIPTOR")
    assert media.get("MEDIA_URL") == "file:///films/clip%20%C3%A9.mp4"
    times = {slot.get("TIME_SLOT_ID"): slot.get("TIME_VALUE") for slot in root.iter("TIME_SLOT")}
    found = [
        [times[one.get(f"TIME_SLOT_REF{side}")] for side in (1, 2)]
        for one in root.iterfind("TIER/ANNOTATION/ALIGNABLE_ANNOTATION")
    ]
    assert found == [["0", "1"], ["40", "90"], ["51", "52"]]
    types = [item.get("LINGUISTIC_TYPE_ID") for item in root.iter("LINGUISTIC_TYPE")]
    assert types == [root.find("TIER").get("LINGUISTIC_TYPE_REF")]


def test_pympi_opens_what_is_written(tmp_path: Path) -> None:
    write_marks(MARKS, tmp_path / "a.eaf", "/films/clip é.mp4")
    found = Eaf(str(tmp_path / "a.eaf"))  # it would warn of a version that it does not know
    assert list(found.get_tier_names()) == ["marks"]
    assert found.get_annotation_data_for_tier("marks") == [
        (0, 1, "begins"), (40, 90, MARKS[1].text), (51, 52, ""),
    ]  # fmt: skip
    assert [one["MEDIA_URL"] for one in found.get_linked_files()] == [
        "file:///films/clip%20%C3%A9.mp4"
    ]


def test_what_pympi_writes_is_read(tmp_path: Path) -> None:
    given = Eaf(author="somebody")
    given.add_tier("gestures")
    given.add_annotation("gestures", 1500, 2250, "nods")
    given.add_annotation("default", 500, 501, "blinks")
    given.add_linked_file("file:///none/film.mp4")
    given.to_file(str(tmp_path / "a.eaf"))
    assert read_marks(tmp_path / "a.eaf").marks == [
        Mark(500_000, "blinks"),
        Mark(1_500_000, "nods", 2_250_000),
    ]


def test_a_file_of_elan_6_is_read_and_nothing_else_is_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # By the description of the format (EAFv3.0.xsd), with all kinds of tiers.
    aligned = 'LINGUISTIC_TYPE_REF="default-lt" TIER_ID'
    path = tmp_path / "elan.eaf"
    path.write_text(
        f"""<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT AUTHOR="" DATE="2026-03-02T10:31:07+01:00" FORMAT="3.0" VERSION="3.0"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xsi:noNamespaceSchemaLocation="http://www.mpi.nl/tools/elan/EAFv3.0.xsd">
  <LICENSE LICENSE_URL=""/>
  <HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">
    <MEDIA_DESCRIPTOR MEDIA_URL="file:///none/film.mp4" MIME_TYPE="video/mp4"
        RELATIVE_MEDIA_URL="./film.mp4"/>
    <LINKED_FILE_DESCRIPTOR LINK_URL="file:///none/film_tsconf.xml" MIME_TYPE="text/xml"/>
    <PROPERTY NAME="URN">urn:nl-mpi-tools-elan-eaf:0f9e</PROPERTY>
    <PROPERTY NAME="lastUsedAnnotationId">6</PROPERTY>
  </HEADER>
  <TIME_ORDER>
    <TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="500"/>
    <TIME_SLOT TIME_SLOT_ID="ts2"/>
    <TIME_SLOT TIME_SLOT_ID="ts3" TIME_VALUE="900"/>
    <TIME_SLOT TIME_SLOT_ID="ts4" TIME_VALUE="1500"/>
  </TIME_ORDER>
  <TIER ANNOTATOR="AB" LANG_REF="deu" PARTICIPANT="P01" {aligned}="speech">
    {annotation("Guten &amp; Tag", "a1", "ts1", "ts3")}
  </TIER>
  <TIER LINGUISTIC_TYPE_REF="words" PARENT_REF="speech" TIER_ID="words">
    {annotation("Guten", "a2", "ts1", "ts2")}{annotation("Tag", "a3", "ts2", "ts3")}
  </TIER>
  <TIER LINGUISTIC_TYPE_REF="gloss" PARENT_REF="speech" TIER_ID="gloss">
    <ANNOTATION><REF_ANNOTATION ANNOTATION_ID="a4" ANNOTATION_REF="a1">
      <ANNOTATION_VALUE>good day</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION>
  </TIER>
  <TIER {aligned}="gaze">
    <ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a5" CVE_REF="cveid0" EXT_REF="er1"
        TIME_SLOT_REF1="ts3" TIME_SLOT_REF2="ts4">
      <ANNOTATION_VALUE>away</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
  </TIER>
  <TIER {aligned}="empty"/>
  <LINGUISTIC_TYPE CONTROLLED_VOCABULARY_REF="gaze" GRAPHIC_REFERENCES="false"
      LINGUISTIC_TYPE_ID="default-lt" TIME_ALIGNABLE="true"/>
  <LINGUISTIC_TYPE CONSTRAINTS="Time_Subdivision" GRAPHIC_REFERENCES="false"
      LINGUISTIC_TYPE_ID="words" TIME_ALIGNABLE="true"/>
  <LINGUISTIC_TYPE CONSTRAINTS="Symbolic_Association" GRAPHIC_REFERENCES="false"
      LINGUISTIC_TYPE_ID="gloss" TIME_ALIGNABLE="false"/>
  <LOCALE LANGUAGE_CODE="en"/>
  <LANGUAGE LANG_DEF="http://cdb.iso.org/lg/CDB-00138502-001" LANG_ID="deu" LANG_LABEL="German"/>
  <CONSTRAINT DESCRIPTION="1-1 association" STEREOTYPE="Symbolic_Association"/>
  <CONTROLLED_VOCABULARY CV_ID="gaze" EXT_REF="er1">
    <DESCRIPTION LANG_REF="und"/>
    <CV_ENTRY_ML CVE_ID="cveid0"><CVE_VALUE LANG_REF="und">away</CVE_VALUE></CV_ENTRY_ML>
  </CONTROLLED_VOCABULARY>
  <REF_LINK_SET LINK_SET_ID="rl1"/>
  <EXTERNAL_REF EXT_REF_ID="er1" TYPE="ecv" VALUE="http://vocabulary.example/gaze.ecv"/>
</ANNOTATION_DOCUMENT>
""",
        encoding="utf-8",
    )
    found = read_marks(path)
    assert found.marks == [Mark(500_000, "Guten & Tag", 900_000), Mark(900_000, "away", 1_500_000)]
    assert found.timeless == 3  # two words that divide a stretch, and the gloss of one
    assert capsys.readouterr() == ("", "")


def test_a_file_that_an_earlier_version_wrote_is_read(tmp_path: Path) -> None:
    head = (
        '<HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">'
        '<PROPERTY NAME="FER Desktop: colors by text">{"nods": "#56b4e9"}</PROPERTY></HEADER>'
    )
    inside = slots("500", "900", "1000", "1001")
    inside += f'<TIER LINGUISTIC_TYPE_REF="default" TIER_ID="marks">{annotation("nods")}'
    inside += annotation("blinks", "a2", "ts3", "ts4") + "</TIER>"
    assert read(tmp_path, document(inside, head)) == [
        Mark(500_000, "nods", 900_000, "#56b4e9"),
        Mark(1_000_000, "blinks"),
    ]


@pytest.mark.parametrize("version", ["2.6", "2.8", "3.1", "", "next"])
def test_the_version_of_the_format_does_not_matter(tmp_path: Path, version: str) -> None:
    content = document(slots("500", "900") + f'<TIER TIER_ID="x">{annotation("nods")}</TIER>')
    stated = content.replace("<ANNOTATION_DOCUMENT", f'<ANNOTATION_DOCUMENT VERSION="{version}"')
    assert read(tmp_path, stated) == [Mark(500_000, "nods", 900_000)]


def test_annotations_and_tiers_of_one_name_and_of_none_are_read(tmp_path: Path) -> None:
    bare = '<ANNOTATION><ALIGNABLE_ANNOTATION TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts2"/>'
    same = f'<TIER TIER_ID="x">{annotation("one")}{annotation("two")}</TIER>'
    other = f'<TIER TIER_ID="x">{annotation("three")}</TIER><TIER>{bare}</ANNOTATION></TIER>'
    found = read(tmp_path, document(slots("500", "900") + same + other))
    assert found == [Mark(500_000, text, 900_000) for text in ("one", "two", "three", "")]


def test_names_need_no_numbers_and_times_may_have_decimals(tmp_path: Path) -> None:
    renamed = slots("500.4", "900.0", "1e3").replace("ts1", "beginning").replace("ts2", "²")
    tier = annotation("long", "one", "beginning", "²") + annotation("lost", "two", "²", "nowhere")
    found = read(tmp_path, document(f"{renamed}<TIER TIER_ID='x'>{tier}</TIER>"))
    assert found == [Mark(500_000, "long", 900_000)]


def test_what_xml_cannot_hold_is_left_out_of_texts(tmp_path: Path) -> None:
    write_marks([Mark(0, "a\x00b\ufffec", None, "#56b4e9")], tmp_path / "a.eaf", "fi\x01lm.mp4")
    assert read_marks(tmp_path / "a.eaf").marks == [Mark(0, "abc", None, "#56b4e9")]


def test_times_are_rounded_such_that_a_mark_stays_at_its_frames(tmp_path: Path) -> None:
    marks = [
        Mark(33_333, "moment"),
        Mark(66_666, "stretch", 100_001),
        Mark(99_999, "short", 99_999),
    ]
    write_marks(marks, tmp_path / "a.eaf", "")
    found = read_marks(tmp_path / "a.eaf").marks
    assert found == [
        Mark(34_000, "moment"),
        Mark(66_000, "stretch", 101_000),
        Mark(99_000, "short"),
    ]
    assert [known_by(mark)[:2] for mark in marks[:2]] == [(34, None), (66, 101)]


def test_a_file_that_is_there_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.eaf"
    write_marks(MARKS, path, "")
    write_marks(MARKS[:1], path, "", overwrite=True)
    assert [file.name for file in tmp_path.iterdir()] == ["a.eaf"]  # pympi would leave a .bak


def test_colors_that_are_none_leave_the_marks_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.eaf"
    write_marks([Mark(500_000, "nods", 900_000, "#56b4e9")], path, "")
    text = path.read_text()
    path.write_text(text.replace("#56b4e9", "url(x)"))
    assert read_marks(path).marks == [Mark(500_000, "nods", 900_000)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("<ANNOTATION_DOCUMENT>", "no element|not well|unclosed"),
        ("<other/>", "no ELAN document"),
        ("", "no element"),
        (b"\xff\xfe\x00binary", "syntax error"),
        (_ENTITIES, "it defines entities"),
        (_ENTITIES.encode("utf-16"), "it defines entities"),
        (f'<?xml version="1.0" encoding="utf-16"?>{_ENTITIES}'.encode("utf-16"), "entities"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><ANNOTATION_DOCUMENT/>', "it defines entities"),
        (document("<a>" * 200 + "</a>" * 200), "too deep"),
        (document("<a>" * 100_000), "too deep"),
        (document(slots("soon")), "soon is no time"),
        (document(slots("nan")), "nan is no time"),
        (document(slots("9" * 5_000)), "9999 is no time"),
        (document(slots("-4", "9") + f"<TIER>{annotation('x')}</TIER>"), "cannot be at -0.004 s"),
        (document(slots("4", "1e300") + f"<TIER>{annotation('x')}</TIER>"), "cannot be at"),
        (document(f"<TIER>{annotation('x') * 100_001}</TIER>"), "more than 100,000 annotations"),
    ],
)  # fmt: skip
def test_what_holds_no_marks_is_refused_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | bytes, reason: str
) -> None:
    path = tmp_path / "a.eaf"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(StorageError, match="cannot be read as marks") as refused:
        read_marks(path)
    assert re.search(reason, refused.value.message)
    assert "ELAN" in refused.value.hint
    assert capsys.readouterr() == ("", "")


def test_a_document_of_countless_parts_is_refused() -> None:
    with pytest.raises(ValueError, match="too many parts"):
        elan_annotations(document("<TIER/>" * 40).encode(), most=3)
    assert elan_annotations(document("<LICENSE/>" * 40).encode(), most=3) == ([], 0)


def test_whatever_pympi_meets_is_told_in_words_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise TypeError("'NoneType' object is not subscriptable")

    write_marks(MARKS, tmp_path / "a.eaf", "")
    monkeypatch.setattr("pympi.Elan.parse_eaf", fail)
    with pytest.raises(StorageError, match=r"as marks: it is not as ELAN writes it\. Choose"):
        read_marks(tmp_path / "a.eaf")


def test_where_there_is_no_room_to_read_it_that_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_marks(MARKS, tmp_path / "a.eaf", "")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(StorageError, match="cannot be read: No such file"):
        read_marks(tmp_path / "a.eaf")


@pytest.mark.slow
def test_as_many_marks_as_a_file_may_have_come_back(tmp_path: Path) -> None:
    marks = [Mark(100_000 * at, f"mark {at % 7}") for at in range(100_000)]
    write_marks(marks, tmp_path / "a.eaf", "")
    assert read_marks(tmp_path / "a.eaf").marks == marks

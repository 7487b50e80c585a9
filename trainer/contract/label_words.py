"""What people call the basic expressions, in several languages."""

import unicodedata
from typing import Final

# FER2013's name, and contempt, with other words for it. English first; then German, French,
# Spanish, Italian, Portuguese, Dutch, Swedish, Polish, Turkish, Russian, Indonesian, Vietnamese,
# Hindi, Arabic, Chinese, Japanese and Korean. A word stands under one expression only.
_WORDS: Final[dict[str, str]] = {
    "angry": (
        "anger, angriness, mad; wut, wütend, wuetend, ärger, aerger, verärgert, zorn; "
        "zornig, böse; "
        "colère, fâché, en colère; enojo, enojado, enfado, enfadado, ira; rabbia, arrabbiato; "
        "raiva, zangado; boos, boosheid, woede; ilska, arg; złość, gniew; "
        "öfke, öfkeli, kızgın; "  # noqa: RUF001
        "злость, гнев, злой; marah; giận dữ, tức giận; गुस्सा, क्रोध; غضب, غاضب; "
        "生气, 生氣, 愤怒, 憤怒; 怒り; 분노, 화남"
    ),
    "disgust": (
        "disgusted, disgusting; ekel, angeekelt, abscheu; dégoût, dégoûté; asco, disgusto; "
        "disgustato; nojo; walging, afschuw; avsky, äckel; wstręt, obrzydzenie; "
        "iğrenme, tiksinti, tiksinme; отвращение; jijik; ghê tởm; घृणा; اشمئزاز; "
        "厌恶, 厭惡; 嫌悪; 혐오"
    ),
    "fear": (
        "fearful, scared, afraid, frightened; angst, furcht, ängstlich, aengstlich, verängstigt; "
        "peur, apeuré; miedo, temor, asustado; paura, impaurito; medo; bang; rädsla, rädd; strach; "
        "korku, korkmuş; страх, испуг; takut; sợ hãi; डर, भय; خوف, خائف; 恐惧, 恐懼, 害怕; "
        "恐れ, 恐怖; 공포, 두려움"
    ),
    "happy": (
        "happiness, joy, joyful; freude, fröhlich, froehlich, glücklich, gluecklich, glück; "
        "joie, joyeux, heureux, bonheur; feliz, felicidad, alegría, alegre; felice, felicità; "
        "gioia, "
        "felicidade; blij, blijdschap, vreugde, gelukkig; glad, glädje; radość, szczęście; "
        "mutlu, mutluluk; радость, счастье; senang, bahagia; vui, vui vẻ, hạnh phúc; खुश, खुशी; "
        "سعادة, سعيد, فرح; 高兴, 高興, 开心, 開心, 快乐, 快樂; 喜び, 幸福; 행복, 기쁨"
    ),
    "sad": (
        "sadness; trauer, traurig, traurigkeit; tristesse, triste; tristeza; "
        "verdriet, verdrietig, droevig; ledsen, sorg; smutek, smutny; üzgün, üzüntü; "
        "грусть, печаль, грустный; sedih; buồn, buồn bã; दुख, दुखी, उदास; حزن, حزين; "
        "悲伤, 悲傷, 伤心, 傷心, 难过, 難過; 悲しみ; 슬픔"
    ),
    "surprise": (
        "surprised, surprising, suprise, suprised; überraschung, überrascht, ueberraschung, "
        "ueberrascht, staunen; surpris; sorpresa, sorprendido; sorpreso; surpresa, surpreso; "
        "verrassing, verrast; överraskning, överraskad, förvåning; zaskoczenie, zdziwienie; "
        "şaşkın, şaşkınlık; "  # noqa: RUF001
        "удивление; terkejut; ngạc nhiên; आश्चर्य; مفاجأة, دهشة; "
        "惊讶, 驚訝, 惊喜; 驚き; 놀람"
    ),
    "neutral": (
        "neutrality, neutral face; neutralität; neutre; neutro; neutrale; neutraal; neutralny; "
        "nötr, doğal; нейтральный, нейтральное, нейтрально; netral; trung tính, bình thường; "
        "तटस्थ; محايد; 中性, 中立; 無表情; 중립, 무표정"
    ),
    "contempt": (
        "contemptuous, scorn; verachtung, verächtlich; mépris; desprecio; disprezzo; desprezo; "
        "minachting; förakt; pogarda; küçümseme; презрение; احتقار, ازدراء; 蔑视, 蔑視, 轻蔑; "
        "軽蔑; 경멸"
    ),
}


def word_key(word: str) -> str:
    """Return the same text for all spellings of a word: case, accents and hyphens do not count."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(letters.replace("_", " ").replace("-", " ").split())


def words_by_expression() -> dict[str, tuple[str, ...]]:
    """Return the words for each expression, its own name first."""
    return {
        name: (name, *(word.strip() for word in words.replace(";", ",").split(",")))
        for name, words in _WORDS.items()
    }


EXPRESSION_OF: Final[dict[str, str]] = {
    word_key(word): name for name, words in words_by_expression().items() for word in words
}

"""In other languages: a Japanese meeting, its minutes in Japanese, Ukrainian and Arabic; OpenInference throughout."""

from demo.conversation import Conversation, Tool
from demo.dialects import OpenInference
from demo.models import GPT
from demo.records import Service
from demo.scenario import Scenario
from demo.story import Story

AGENTS = Service("gijiroku-agents", "0.9.0", host="tokyo-1")

CALENDAR_TOOL = Tool("find_attendees", "会議の出席者を調べる。", {"meeting": "string"})
SEND_TOOL = Tool("send_message", "メッセージを送る。", {"to": "string", "language": "string", "text": "string"})

TRANSCRIPT = """佐藤：では始めます。議題は三つ、倉庫の移転、在庫システム、それから来週の監査です。
オレーナ：倉庫は二十日に空きます。ただ、床の補修が終わるのは二十三日の見込みです。
佐藤：三日の差がありますね。その間、荷物はどこに置きますか。
ユースフ：第二ヤードに六十パレットまで置けます。雨が心配なので、防水シートを手配します。
佐藤：お願いします。在庫システムは？
オレーナ：バーコードの読み取りは直りました。残る問題は、返品が二重に数えられることです。原因は分かっていて、木曜に直します。
佐藤：監査は水曜です。木曜では間に合いません。
オレーナ：では監査用に、手で数え直した一覧を火曜までに作ります。
ユースフ：数え直し、私のチームから二人出します。😊
佐藤：決まりです。ありがとうございました。"""

SUMMARY = """【議事録】倉庫移転・在庫・監査
一、決定事項
 ・倉庫の床の補修が終わる二十三日まで、荷物（六十パレットまで）は第二ヤードに置く。
 ・監査（水曜）には、手で数え直した在庫一覧を使う。
二、担当と期限
 ・防水シートの手配：ユースフ（十九日まで）
 ・返品の二重計上の修正：オレーナ（木曜）
 ・数え直した一覧：オレーナ、ユースフのチームから二名（火曜まで）
三、未解決
 ・返品の修正は監査のあとになる。監査人に前もって伝えるか、佐藤が決める。"""

UKRAINIAN = """Олено, коротко про зустріч:
• Підлогу складу доремонтують 23-го, тому до того дня товар (до 60 палет) стоятиме на другому майданчику.
• Ви виправляєте подвійний облік повернень у четвер. Аудит — у середу, тож до вівторка потрібен список,
  перерахований вручну; допоможуть двоє людей Юсуфа.
• Чи попереджати аудитора про повернення, вирішує пан Сато."""

ARABIC = """يوسف، ملخص الاجتماع:
• تنتهي صيانة أرضية المستودع يوم 23، وحتى ذلك اليوم توضع البضاعة (60 منصة على الأكثر) في الساحة الثانية.
• المطلوب منك: أغطية واقية من المطر قبل يوم 19، وشخصان من فريقك لإعادة عدّ المخزون حتى يوم الثلاثاء.
• التدقيق يوم الأربعاء، ويُستخدم فيه العدّ اليدوي لأن إصلاح المرتجعات لن يكتمل قبل الخميس."""


def tell(story: Story) -> None:
    """Only the root names the mission: its spans and log records follow by their trace."""
    story.marks_every_record = False
    with story.trace(
        "議事録ミッション",
        AGENTS,
        kind=1,
        openinference__span__kind="CHAIN",
        session__id="kaigi-0417",
        input__value=TRANSCRIPT,
    ) as root:
        story.log("INFO", "録音の文字起こしを受け取りました（4分12秒、話者3名）")
        with story.agent("書記", "会議の議事録を作る"):
            _summarise(story)
        root.succeed()


def _summarise(story: Story) -> None:
    talk = Conversation(
        GPT,
        "あなたは会議の書記です。決まったこと、担当、期限、未解決の点を分けて書きます。推測で補わないでください。",
        (CALENDAR_TOOL, SEND_TOOL),
    )
    talk.user(f"次の会議の議事録を作り、欠席者ではなく出席者に、それぞれの言語で要点を送ってください。\n\n{TRANSCRIPT}")
    story.state({"議事録": None, "送信済み": [], "未解決": []})
    (find,) = story.chat(talk, seconds=1.9, asks=[("find_attendees", {"meeting": "倉庫定例"})])
    attendees = [
        {"名前": "佐藤", "言語": "ja"},
        {"名前": "Олена Коваль", "言語": "uk"},
        {"名前": "يوسف الحداد", "言語": "ar"},
    ]
    story.tool(talk, find, {"出席者": attendees}, seconds=0.4)
    story.patch(("replace", "/議事録", "第一稿"))
    sends = [
        ("send_message", {"to": "佐藤", "language": "ja", "text": SUMMARY}),
        ("send_message", {"to": "Олена Коваль", "language": "uk", "text": UKRAINIAN}),
        ("send_message", {"to": "يوسف الحداد", "language": "ar", "text": ARABIC}),
    ]
    calls = story.chat(talk, seconds=11.6, cached=0.5, asks=sends)
    for call in calls:
        story.tool(talk, call, {"結果": "送信しました", "宛先": call.arguments["to"]}, seconds=0.3)
        story.patch(("add", "/送信済み/-", call.arguments["to"]))
    story.log("WARN", "未解決が一件あります：返品の修正が監査に間に合わない（担当：佐藤）")
    story.patch(("add", "/未解決/-", "返品の修正と監査の日程"))
    story.chat(
        talk,
        seconds=3.2,
        cached=0.7,
        says="議事録を作り、三名に送りました。未解決は一件です：返品の修正が監査のあとになるため、監査人に前もって伝えるかどうかを佐藤さんが決めてください。",
    )


SCENARIO = Scenario(
    slug="meeting_minutes",
    name="倉庫定例の議事録",
    goal="倉庫定例会議の文字起こしから議事録を作り、出席者三名にそれぞれの言語（日本語・ウクライナ語・アラビア語）で要点を送る。",
    tell=tell,
    minutes_ago=437,
    dialect=OpenInference(),
)

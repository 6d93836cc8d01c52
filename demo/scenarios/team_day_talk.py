"""What is said in the conversation that plans a team day: visits to the page, and what is asked in each."""

from typing import Any, NamedTuple


class Run(NamedTuple):
    """A tool the assistant runs."""

    tool: str
    arguments: dict[str, Any]
    result: Any
    seconds: float = 0.6
    fails_first: bool = False
    """It fails once with the same arguments, then goes well."""


class Question(NamedTuple):
    """What a person is asked before the assistant goes on."""

    text: str
    answer: str
    seconds: float


class Exchange(NamedTuple):
    """A message of a person, what is done for it, and the answer."""

    says: str
    answer: str
    runs: tuple[Run, ...] = ()
    asks: Question | None = None


class Visit(NamedTuple):
    """A person opens the page, so many minutes after the mission began."""

    minute: float
    load_s: float
    exchanges: tuple[Exchange, ...]
    socket_fails: bool = False


PEOPLE = 14
VISITS = (
    Visit(0, 1.9, (
        Exchange(
            "We are 14 people and want a team day in May. Outside, no more than 90 minutes by train, 80 EUR each.",
            "I take it: 14 people, one day in May, outside, 90 minutes by train, 1,120 EUR in all. First I look at "
            "when everybody is free.",
        ),
        Exchange(
            "Not on a Monday or Friday please.",
            "In May all 14 are free on Wednesday 13, Thursday 21 and Wednesday 27.",
            (Run("check_calendar", {"group": "team-north", "month": "05", "weekdays": "Tue,Wed,Thu"},
                 {"free": ["05-13", "05-21", "05-27"], "people": PEOPLE}, 0.9),),
        ),
    )),
    Visit(24, 1.2, (
        Exchange(
            "What could we do outside?",
            "Three that fit: canoes on the Elde (54 minutes away), a forest rope course (71 minutes), a day on a farm "
            "with bread baking (48 minutes).",
            (Run("search_places", {"query": "outdoor day for a group of 14", "within_min": 90},
                 [{"name": "Elde canoes", "minutes": 54}, {"name": "Rope course Tannwald", "minutes": 71},
                  {"name": "Hof Lindau, baking day", "minutes": 48}], 1.3),),
        ),
        Exchange(
            "Canoes sound good. What do they cost?",
            "Canoes for 14 are 7 boats at 38.00 EUR: 266.00 EUR with life jackets, for four hours.",
            (Run("get_price", {"item": "canoe", "people": PEOPLE},
                 {"boats": 7, "each": "38.00", "sum": "266.00", "currency": "EUR"}, 0.5),),
        ),
    )),
    Visit(63, 1.4, (
        Exchange(
            "And if it rains?",
            "Until the day before they move a booking without cost. The farm has a roof: it could be plan B.",
            (Run("search_places", {"query": "cancellation rules Elde canoes", "within_min": 90},
                 [{"rule": "free until the day before, 18:00"}], 0.8),),
        ),
        Exchange(
            "Good. Take Thursday 21, and book seven canoes.",
            "Seven canoes are booked for Thursday 21 May, 10:30 to 14:30, 266.00 EUR. Number EC-5518.",
            (Run("book_boats", {"date": "05-21", "boats": 7}, {"number": "EC-5518", "sum": "266.00"}, 1.1),),
            Question("Book seven canoes for Thursday 21 May for 266.00 EUR?", "yes", 74),
        ),
    )),
    Visit(108, 2.6, (
        Exchange(
            "How do we get there?",
            "The train at 9:12 is there at 10:06, 10 minutes on foot. Back at 15:04 or 16:04. Together: 91.00 EUR.",
            (Run("find_trains", {"to": "Elde", "date": "05-21", "arrive_by": "10:20"},
                 {"out": "09:12", "back": ["15:04", "16:04"], "group_ticket": "91.00"}, 0.7),),
        ),
        Exchange(
            "What would lunch cost, for all of us?",
            "Lunch at the landing is 18.50 EUR each: 259.00 EUR for 14. Three of you eat no meat: they have that.",
            (Run("get_price", {"item": "lunch", "people": PEOPLE},
                 {"each": "18.50", "sum": "259.00", "currency": "EUR"}, 0.5, fails_first=True),),
        ),
    )),
    Visit(161, 1.3, (
        Exchange(
            "Is there something for the two who do not swim?",
            "The lock keeper's boat goes beside the canoes, 12 places, 60.00 EUR for the day.",
            (Run("search_places", {"query": "boat with a skipper on the Elde", "within_min": 90},
                 [{"name": "Lock keeper's boat", "places": 12, "sum": "60.00"}], 1.0),),
        ),
        Exchange(
            "Take it, if the budget holds.",
            "It holds: 266.00 + 91.00 + 259.00 + 60.00 = 676.00 EUR of 1,120.00 EUR. The boat is reserved.",
            (Run("book_boats", {"date": "05-21", "boats": 1, "kind": "with skipper"},
                 {"number": "EC-5519", "sum": "60.00"}, 1.0),),
            Question("Reserve the lock keeper's boat for 60.00 EUR? In all 676.00 EUR of 1,120.00.", "yes, do", 212),
        ),
    ), socket_fails=True),
    Visit(205, 1.1, (
        Exchange(
            "Book lunch for 13:00 as well.",
            "Lunch for 14 at 13:00 is booked at the landing stage, three without meat. Number L-2071.",
            (Run("book_table", {"place": "landing stage", "time": "13:00", "people": PEOPLE, "without_meat": 3},
                 {"number": "L-2071"}, 0.9),),
            Question("Book lunch for 14 at 13:00 for 259.00 EUR?", "yes", 41),
        ),
        Exchange(
            "Who has not answered the invitation?",
            "Nobody has been invited yet. Shall I write to all 14, with the train, the times and what to bring?",
        ),
    )),
    Visit(266, 3.4, (
        Exchange(
            "Yes, write to them. Say: bring a second pair of shoes.",
            "The invitation went to 14 people: meet at 9:00 at platform 4, second pair of shoes, back at 16:58.",
            (Run("send_invitations", {"group": "team-north", "date": "05-21", "text": "Bring a second pair of shoes."},
                 {"sent": PEOPLE}, 1.6),),
            Question("Send this invitation to 14 people?", "send it", 388),
        ),
        Exchange(
            "Can we still take the later train home?",
            "Yes, the group ticket is good for both. I leave 16:04 in the invitation as the latest.",
            (Run("find_trains", {"to": "home", "date": "05-21", "leave_after": "15:30"},
                 {"back": ["16:04", "17:04"], "ticket": "valid"}, 0.7),),
        ),
    )),
    Visit(331, 1.2, (
        Exchange(
            "How many have accepted?",
            "Twelve have accepted, two have not answered. Everything is booked; 444.00 EUR of the budget are left.",
            (Run("check_calendar", {"group": "team-north", "event": "05-21"}, {"accepted": 12, "open": 2}, 0.8),),
        ),
        Exchange(
            "Perfect, that was all.",
            "Have a good day on the Elde. I look at the two open answers on Monday and tell you.",
        ),
    )),
)  # fmt: skip

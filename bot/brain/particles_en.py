"""English words that say whether, when and how a thing is asked for. Separated by `|`; the longest one wins."""

from bot.brain.tags import Tag

LATIN_PARTICLES: tuple[tuple[Tag, str, str], ...] = (
    (
        Tag.NEG,
        "",
        """
        don't | dont | do not | never | not | no | without | shouldn't | must not | mustn't | hold off | avoid |
        hold on | nope | nevermind | never mind | rather not | stop it | no need | no longer | forget it |
        scratch that | wait | leave it | leave it alone | skip
        """,
    ),
    (
        Tag.NEG,
        "fails",
        """
        can't | cannot | won't | isn't | aren't | doesn't | didn't | wasn't | haven't | hasn't | wouldn't |
        couldn't | cant | wont | isnt | doesnt | arent | hasnt | can not | does not | is not | are not |
        has not | did not
        """,
    ),
    (Tag.EXCEPT, "", "except | except for | other than | but not | instead of | excluding | apart from"),
    (
        Tag.IF,
        "",
        """
        if | what if | suppose | assuming | unless | when | whenever | once | in case | what happens |
        what would happen | hypothetically | imagine | would
        """,
    ),
    (
        Tag.SHOULD,
        "",
        """
        should | shall | ought | is it safe | is it ok to | is it okay to | is it ok if | is it okay if | safe |
        ok to | okay to | may i | can i | can we | could we | could i | may we | do we need | do i need |
        is it possible | might | what does | should i | should we | do you think | does it make sense | may |
        possible | better
        """,
    ),
    (Tag.CAN, "", "can | could | able"),
    (
        Tag.HOW,
        "",
        """
        how | how to | how do i | how can i | how do we | how do you | how can we | how would i | how should i
        """,
    ),
    (
        Tag.WHY,
        "",
        """
        tell me why | know why | any idea why | any idea what's up with | why | what's wrong | what is wrong |
        whats wrong | what happened | what's up | what's going on | what is going on | what's happening |
        how come | why's | reason | what's the matter | what is the problem | what's the problem | problem |
        problems | wrong | trouble | whats going on | how is | how's | how are | what is happening | issue with |
        issues with | problem with | wrong with | what is up with | what's up with | whats up with |
        what's the deal with | what broke | anything off | anything unusual | anything strange |
        anything suspicious | anything bad | anything odd | anything weird | anything wrong | something wrong |
        something off | something's wrong | what's broken | whats broken | something is wrong | something's off |
        what's failing | weird | strange | odd | how's it going with | how is it going with | what's the issue |
        what gives | alright | why wont | why cant | why isnt | why doesnt | why isn't | why aren't |
        why doesn't | why won't | why can't | is everything ok | ok? | any issues | any problems | reason for
        """,
    ),
    (
        Tag.WHO,
        "",
        """
        who | what changed | what was changed | what got changed | what has changed | whom | when did | who's |
        when was | since when | whoever | what time | who has | has anyone | did anyone | did someone | did you
        """,
    ),
    (
        Tag.ALREADY,
        "",
        """
        already | was | were | been | has | have | had | did | previously | recently | being | ago | is being |
        just now | earlier
        """,
    ),
    (
        Tag.LATER,
        "",
        """
        after the deploy | after deploy | after the release | later | morning | afternoon | evening | night |
        from now on | tomorrow | tonight | after | before | until | midnight | pm | am | o'clock | next week |
        every | daily | nightly | weekly | hourly | soon | eventually | schedule | scheduled | monday | tuesday |
        wednesday | thursday | friday | saturday | sunday | weekend | noon | in a bit | in an hour | when done |
        till
        """,
    ),
    (
        Tag.OFTEN,
        "",
        """
        keeps | keep | keeps getting | keep getting | constantly | always | repeatedly | randomly |
        again and again | over and over
        """,
    ),
    (
        Tag.WHICH,
        "",
        """
        any | which | what's | whats | which ones | what's running | what is running | where is | where's |
        where are | what | what are | what are the | what is | are there | are there any | what kind of
        """,
    ),
    (Tag.HOWMANY, "", "how many | how much | number of | count"),
    (
        Tag.WANT,
        "",
        """
        i want to | i'd like to | i would like to | we need to | i need to | i need you to | i want you to |
        i'd like you to | we'd like you to | want you to | i would like you to | let's | lets | want to |
        we want to | need to | i wanna
        """,
    ),
    (
        Tag.BENEFIT,
        "",
        """
        can someone | could someone | can anyone | could anyone | can somebody | could somebody | would someone |
        can one of you | could one of you | would you | would you kindly | need you to | i need a | we need a |
        need a | can you | could you | will you | please | pls | plz | plse | kindly | help me | can u |
        could u | could you please | can you please | would you please | would you mind | help me to | for me |
        could you help me | can you help me | i need | i want | we need | i'd like
        """,
    ),
    (Tag.NUMBER, "0", "zero"),
    (Tag.NUMBER, "1", "one | another"),
    (Tag.NUMBER, "2", "two"),
    (Tag.NUMBER, "3", "three"),
    (Tag.NUMBER, "4", "four"),
    (Tag.NUMBER, "5", "five"),
    (Tag.NUMBER, "6", "six"),
    (Tag.NUMBER, "7", "seven"),
    (Tag.NUMBER, "8", "eight"),
    (Tag.NUMBER, "9", "nine"),
    (Tag.NUMBER, "10", "ten"),
    (Tag.NUMBER, "12", "twelve | a dozen"),
    (Tag.NUMBER, "20", "twenty"),
    (Tag.IN, "", "in | inside | within | under | into | inside of | in the"),
    (Tag.OF, "", "of | for | about | on | from the | of the | for the"),
    (Tag.DE, "", "'s"),
    (Tag.TO, "", "to | as | => | -> | with | to the | to be"),
    (Tag.FROM, "", "from | off | off of"),
    (
        Tag.ASK,
        "",
        """
        what about | how about | and what about | same for | same with | the same for | do the same for |
        ditto for | likewise for
        """,
    ),
    (Tag.BY, "", "by"),
    (Tag.DIRECTION, "up", "up"),
    (Tag.DIRECTION, "to", "back"),
    (Tag.DIRECTION, "down", "down"),
    (Tag.CALLED, "", "called | named"),
    (Tag.PRONOUN, "", "it | them | that | this | those | these | its | this one | that one"),
    (Tag.AND, "", "and | & | plus | as well as"),
    (Tag.THEN, "", "then | and then | after that | afterwards | next | first | also | and also | finally"),
    (Tag.ALL, "", "all | everything | entire | whole | all the | all of the | all of"),
    (Tag.BOTH, "", "both | each | too"),
    (
        Tag.PREVIOUS,
        "",
        """
        previous | previously crashed | before it crashed | before it died | before crashing | before dying |
        before it went down | before the restart | before it restarted | last crash | last crashed |
        before the crash | before crash | prior | last restart | the crashed container | last terminated
        """,
    ),
    (Tag.PREVIOUS, "logs", "crash log | crash logs | crashed logs | old logs"),
    (Tag.RECENT, "", "last | latest | recent | most recent | past | the last | head | newest"),
    (Tag.ORIGINAL, "", "current | original | currently"),
    (Tag.FORCE, "", "force | forcefully | forcibly | force-delete"),
)

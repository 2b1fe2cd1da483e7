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
    (
        Tag.SOUND,
        "",
        """
        healthy | fine | working | alive | stable | reachable | back online | back to normal | online |
        operational | functional | normal | all right | up and running | recovered | responsive | available |
        up again | healthy again | ready | serving traffic | doing well | doing ok | doing fine | in good shape
        """,
    ),
    (
        Tag.FILLER,
        "",
        """
        at | in turn | in order | in parallel | in sequence | docker | systemctl | helm | podman | crictl |
        istioctl | terraform | sudo | ansible | i | we | he | she | they | because | since | while | but | or |
        either | maybe | perhaps | think | believe | said | says | told | tell | asks | asked | wants | want |
        needs | need | like | hear | heard | someone | somebody | anyone | anybody | must | than | try |
        so that | nobody | only | pretend | example | read | docs | word | means | mean | bug | after all |
        who said | guess | remind | remember | ask | someday | saying | say | i'm | i'll | we're | we'll | he's |
        she's | they'll | i've | we've | they've | i'd | we'd | you're | gonna | ever | time | boss | kidding |
        joking | joke | manager | forbids | forbidden | allowed | permission | suppose to | supposed | planning |
        plan to | planned | drop | push | ship | release | put | move | point | leave | article | explain |
        difference | between | vs | versus | nor | neither | although
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
        risk | impact | possible | better
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
        what's the deal with | what broke | anything off | anything odd | anything weird | anything wrong |
        something wrong | something off | something's wrong | what's broken | whats broken | something is wrong |
        something's off | what's failing | weird | strange | odd | how's it going with | how is it going with |
        what's the issue | what gives | alright | why wont | why cant | why isnt | why doesnt | why isn't |
        why aren't | why doesn't | why won't | why can't | is everything ok | ok? | any issues | any problems |
        reason for
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
        Tag.FAULT,
        "",
        """
        returns | returning | stopped responding | can't keep up | cannot keep up | can't cope | struggling |
        didn't help | did not help | doesn't help | ooms | ooming | is off with | something is off with |
        is off | stopped working | not responding | stopped serving | overloaded | saturated | overwhelmed |
        maxed out | leaking | memory leak | sluggish | flaky | slower | laggy | failed to | fails to |
        unable to | refuses to | refusing to | refused | disconnected | dropped out | goes down | went down |
        gone down | came down | blew up | blowing up | blows up | borked | hosed | wedged | frozen | froze |
        spiking | spikes | spike | high load | high error rate | error rate | leaks | deadlocked | evictions |
        throttled | throttling | rejecting | rejects | missing | lost | oomkilling | oom killed | out of memory |
        running out of memory | crashloops | red | disk pressure | memory pressure | pid pressure | out of disk |
        no space | no space left | disk full | disk is full | high disk usage | not scheduling | not pulling |
        not coming back | not working properly | not serving | critical | bad gateway | 5xx | 4xx | 500 errors |
        throws | throwing | restarts a lot | restarts often | failing | fails | fail | failed | failure |
        high latency | latency | high cpu | high memory | cpu is at | memory is at | cpu at | memory at |
        can't reach | cannot reach | cant reach | unable to reach | can't connect to | cannot connect to |
        dying | dies | died | wont start | cant start | doesnt start | isnt starting | not starting |
        isn't starting | won't start | doesn't start | not start | can't start | cannot start | crash |
        crashing | crashed | crashes | broken | not working | isn't working | doesn't work | not running |
        isn't running | unhealthy | crashloopbackoff | crashloop | imagepullbackoff | errimagepull | pending |
        oomkilled | oom | stuck | slow | unreachable | timing out | timeout | timeouts | keeps restarting |
        erroring | keep restarting | keeps crashing | keep crashing | restarting | restart loop | crash loop |
        crash looping | crashlooping | errors | error | flapping | not ready | notready | dead | acting up |
        misbehaving | unresponsive | hanging | hung | unavailable | not healthy | evicted | terminating |
        unstable | backoff | back off | not available | not reachable | isn't ready | not come up |
        not coming up | won't come up | doesn't come up | exited | constantly restarting |
        restarting constantly | always restarting | 500s | lagging | degraded | panicking | panic |
        createcontainerconfigerror | 502s | can't be scheduled | unschedulable | containercreating |
        readiness probe | liveness probe | probe | alert | alerting | alerts | outage | on fire | offline
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
    (
        Tag.LOOSE,
        "",
        """
        is | are | be | there | does | running | exist | exists | you | me | anything | something | going |
        doing | that are | i see | out | info | information | output | ones | some
        """,
    ),
    (
        Tag.NOISE,
        "",
        """
        the | a | an | my | our | your | now | right now | asap | immediately | quickly | thanks | thank you |
        thx | ty | hey | ok | okay | just | cheers | sorry | guys | so | well | oh | right away | urgent |
        urgently | give | for us | real quick | thanks a lot | thank you very much | many thanks | um | hmm |
        yo | dear | kubectl | go ahead | existing | then please | lgtm | old | go | go and | lol | haha | hehe |
        wow | omg | nice work | bot | steward | ack | roger | noted | got it | gotcha | will do | again |
        once more | one more time | team | folks | mate | buddy | man | bro | dude | everyone | fyi | btw |
        as soon as possible | at once | straight away | for now | for a sec | when you can |
        when you get a chance | when you have a moment | if you can | if possible | if you could |
        if you don't mind | over there | perfect | great | cool | sure | yes | yeah | yep | awesome | nice |
        all good | much appreciated | appreciated | appreciate it | ta | tia | thanks in advance | thanks! |
        good job | well done | friend | friends | sir
        """,
    ),
)

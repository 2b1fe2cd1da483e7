"""English words of what goes on, of speaking and of politeness. Separated by `|`; the longest one wins; case does not matter."""

from bot.brain.tags import Tag

LATIN_REMARKS: tuple[tuple[Tag, str, str], ...] = (
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
    (
        Tag.FAULT,
        "",
        """
        hang | hangs | isn't responding | is not responding | doesn't respond | does not respond | isn't serving |
        returns | returning | stopped responding | can't keep up | cannot keep up | can't cope | struggling |
        didn't help | did not help | doesn't help | ooms | ooming | eating all | eating up | getting killed |
        being killed | keeps getting killed | won't scale | won't scale up | won't restart | won't roll out |
        is off with | something is off with | is off | stopped working | not responding | stopped serving |
        overloaded | saturated | overwhelmed | maxed out | leaking | memory leak | sluggish | flaky | slower |
        laggy | failed to | fails to | unable to | refuses to | refusing to | refused | disconnected |
        dropped out | goes down | went down | gone down | came down | blew up | blowing up | blows up | borked |
        hosed | wedged | frozen | froze | spiking | spikes | spike | high load | high error rate | error rate |
        leaks | deadlocked | evictions | throttled | throttling | rejecting | rejects | missing | lost |
        oomkilling | oom killed | out of memory | running out of memory | crashloops | red | disk pressure |
        memory pressure | pid pressure | out of disk | no space | no space left | disk full | disk is full |
        high disk usage | not scheduling | not pulling | not coming back | not working properly | not serving |
        critical | bad gateway | 5xx | 4xx | 500 errors | throws | throwing | restarts a lot | restarts often |
        failing | fails | fail | failed | failure | high latency | latency | high cpu | high memory | cpu is at |
        memory is at | cpu at | memory at | can't reach | cannot reach | cant reach | unable to reach |
        can't connect to | cannot connect to | dying | dies | died | wont start | cant start | doesnt start |
        isnt starting | not starting | isn't starting | won't start | doesn't start | not start | can't start |
        cannot start | crash | crashing | crashed | crashes | broken | not working | isn't working |
        doesn't work | not running | isn't running | unhealthy | crashloopbackoff | crashloop |
        imagepullbackoff | errimagepull | pending | oomkilled | oom | stuck | slow | unreachable | timing out |
        timeout | timeouts | keeps restarting | erroring | keep restarting | keeps crashing | keep crashing |
        restarting | restart loop | crash loop | crash looping | crashlooping | errors | error | flapping |
        not ready | notready | dead | acting up | misbehaving | unresponsive | hanging | hung | unavailable |
        not healthy | evicted | terminating | unstable | backoff | back off | not available | not reachable |
        isn't ready | not come up | not coming up | won't come up | doesn't come up | exited |
        constantly restarting | restarting constantly | always restarting | 500s | lagging | degraded |
        panicking | panic | createcontainerconfigerror | 502s | can't be scheduled | unschedulable |
        containercreating | readiness probe | liveness probe | probe | alert | alerting | alerts | outage |
        on fire | offline
        """,
    ),
    (
        Tag.LOOSE,
        "",
        """
        qps | rps | tps | p99 | p95 | completed | succeeded | is | are | be | there | does | running | exist |
        exists | you | me | anything | something | going |
        doing | that are | i see | out | info | information | output | ones | some
        """,
    ),
    (
        Tag.NOISE,
        "",
        """
        it's time to | time to | one by one | one after another | one at a time | to pick up the new config |
        to pick up the config |
        to pick up the changes | to pick up new config | so it picks up the changes | to load the new config |
        to reload the config | to apply the config | to apply the changes | to apply the new config |
        to reload its config | to pick up the change |
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

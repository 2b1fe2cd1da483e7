"""English words and turns of phrase, by category. Separated by `|`; the longest one wins; case does not matter."""

from bot.brain.tags import Tag

LATIN_WORDS: tuple[tuple[Tag, str, str], ...] = (
    (
        Tag.DELETE,
        "",
        """
        delete | remove | kill | destroy | get rid of | nuke | del | rm | wipe | clean up | zap | purge |
        tear down | kill off | terminate
        """,
    ),
    (
        Tag.RESTART,
        "",
        """
        restart | bounce | reboot | rollout restart | rolling restart | roll restart | re-start | recycle |
        cycle | power cycle | rolling-restart | relaunch | do a rolling restart of
        """,
    ),
    (Tag.SCALE, "up", "scale up | scale out | upscale | increase | grow | raise | ramp up | beef up | crank up"),
    (
        Tag.SCALE,
        "down",
        """
        scale down | scale in | downscale | decrease | reduce | shrink | lower | cut | cut down | scale back |
        ramp down | dial down | trim | cut back
        """,
    ),
    (Tag.SCALE, "to", "bring | take | scale | resize | rescale"),
    (
        Tag.SCALE,
        "add",
        """
        add | more replicas | more pods | more instances | more copies | more replica | more pod |
        more instance | more copy
        """,
    ),
    (Tag.DOUBLE, "", "double"),
    (Tag.DOUBLE, "3", "triple"),
    (Tag.DOUBLE, "4", "quadruple"),
    (Tag.HALVE, "", "halve"),
    (Tag.HALF, "", "half | in half | half of"),
    (Tag.ALTER, "", "set | use | change | update | switch | replace | modify | edit | make | swap | turn"),
    (Tag.ALTER, "amount", "adjust"),
    (
        Tag.ALTER,
        "done",
        """
        config updated | config changed | config is updated | config is changed | config has changed | configmap updated |
        config has been updated | updated the config | changed the config | i updated the config | i changed the config |
        configmap changed | updated the configmap | changed the configmap
        """,
    ),
    (Tag.UPGRADE, "", "roll | upgrade | bump | downgrade | roll out | rollout | redeploy with | move to"),
    (Tag.PATCH, "", "patch"),
    (Tag.EXEC, "run", "run | execute | and run | and execute | run the command | run command | execute the command"),
    (Tag.EXEC, "exec", "exec | exec into | exec in | execute into"),
    (
        Tag.EXEC,
        "enter",
        """
        shell into | ssh into | log into | get into | go into | attach to | open a shell in | get a shell in
        """,
    ),
    (
        Tag.ROLLBACK,
        "",
        """
        rollback | roll back | revert | rollout undo | undo the rollout of | undo rollout |
        undo the last deploy of | undo the deploy of | undo the last rollout of | revert back | rollbacks
        """,
    ),
    (
        Tag.HALT,
        "",
        """
        stop | shut down | shutdown | turn off | take down | shut off | switch off | disable | take offline
        """,
    ),
    (Tag.UNDONE, "create", "create | launch | spin up | fire up | new"),
    (Tag.UNDONE, "kick", "kick | poke | nudge | give a kick"),
    (Tag.UNDONE, "apply", "apply"),
    (Tag.UNDONE, "drain", "drain | evict"),
    (Tag.UNDONE, "cordon", "cordon | cordon off | isolate | mark unschedulable"),
    (Tag.UNDONE, "uncordon", "uncordon"),
    (Tag.UNDONE, "label", "label | annotate | labels | annotation | annotations"),
    (Tag.UNDONE, "env", "env | env var | env vars | environment variable | environment variables"),
    (
        Tag.UNDONE,
        "resources",
        """
        limit | limits | cpu | memory | memory limit | cpu limit | resource limits | memory limits | cpu limits |
        resource requests
        """,
    ),
    (Tag.UNDONE, "pause", "pause"),
    (Tag.UNDONE, "resume", "resume"),
    (Tag.UNDONE, "start", "start | start up | bring up"),
    (Tag.UNDONE, "autoscale", "autoscale"),
    (Tag.UNDONE, "taint", "taint"),
    (Tag.UNDONE, "expose", "expose"),
    (Tag.UNDONE, "copy", "cp | copy | upload | download"),
    (Tag.UNDONE, "forward", "port-forward | port forward | portforward"),
    (Tag.DECIDE, "approve", "approve | accept"),
    (Tag.DECIDE, "deny", "deny | reject | decline"),
    (Tag.DECIDE, "cancel", "cancel | abort"),
    (Tag.DECIDE, "undo", "undo"),
    (
        Tag.LOOK,
        "",
        """
        grep | mind taking a look at | would you mind taking a look at | get | grab | show | list | display |
        see | view | look at | look up | print | fetch | give me | show me | get me | find | pull | dump |
        let me see | take a look | take a look at | have a look | have a look at | tell me about | list out
        """,
    ),
    (Tag.LOOK, "check", "check | check on | check up on | check out | examine | health check | health-check"),
    (Tag.DESCRIBE, "", "describe | config | configuration | spec | yaml | manifest | details | detail | inspect"),
    (
        Tag.DIAGNOSE,
        "",
        """
        diagnose | troubleshoot | investigate | debug | analyze | analyse | look into | root cause | diagnosis |
        run a diagnosis | run diagnostics | run a health check | run a check | diagnostics | find out why |
        figure out why | dig into
        """,
    ),
    (
        Tag.LIGHT,
        "",
        "do | perform | trigger | go ahead and | do a | kick off | kick off a | initiate | initiate a | trigger a | issue",
    ),
    (
        Tag.DONE,
        "",
        """
        touched | modified | scaled | updated | upgraded | changed | stopped | patched | executed | rolled back |
        fixed | helped | solved | worked | resolved | deleting | scaling | removing | killing | updating |
        upgrading | changing | stopping | patching | executing | destroyed | created
        """,
    ),
    (Tag.DONE, "restart", "restarted | bounced | rebooted"),
    (Tag.DONE, "delete", "deleted | removed | killed"),
    (Tag.NAMESPACE, "Namespace", "name space | name-space"),
    (
        Tag.KIND,
        "",
        """
        apps | application | applications | workload | workloads | microservice | component | microservices
        """,
    ),
    (Tag.KIND, "ConfigMap", "config map | config maps"),
    (Tag.KIND, "Pod", "container group | pod's"),
    (Tag.KIND, "StatefulSet", "stateful set | stateful sets"),
    (Tag.KIND, "DaemonSet", "daemon set | daemon sets"),
    (Tag.KIND, "CronJob", "cron job | cron jobs"),
    (Tag.KIND, "Node", "machine | machines | worker nodes | host | hosts"),
    (Tag.KIND, "Secret", "password | passwords | credentials"),
    (
        Tag.LOGS,
        "",
        """
        log | logs | log lines | log output | error log | error logs | stdout | stderr | console output |
        log tail
        """,
    ),
    (Tag.LOGS, "tail", "tail | tail -f"),
    (Tag.EVENTS, "", "event | events | ev | k8s events | kube events"),
    (Tag.EVENTS, "warning", "warning events | warnings | warning | warning event"),
    (Tag.STATUS, "", "status | state | health | condition | conditions | rollout status | overview"),
    (Tag.IMAGE_WORD, "", "image | images | image tag | tag | version | docker image | image version | build"),
    (
        Tag.REPLICAS,
        "",
        """
        replica | replicas | instances | instance | copies | replica count | number of replicas |
        replicas count | pod count | number of pods
        """,
    ),
    (Tag.CONTAINER, "", "container | containers"),
    (Tag.COMMAND_WORD, "", "command | commandline"),
    (Tag.LINES, "", "line | lines"),
    (Tag.MINUTES, "", "minute | minutes | min | mins | hour | hours | second | seconds | days | secs"),
    (Tag.TIMES, "", "times | fold"),
    (Tag.COUNT, "", "how many times | how often | restart count | restart counts | number of restarts | restarts"),
    (
        Tag.COUNT,
        "rollout",
        """
        done rolling out | finished rolling out | rolled out yet | rollout done | rollout finished | rollout progress |
        rollout complete | fully rolled out | finished deploying | done deploying
        """,
    ),
    (Tag.HISTORY, "", "history | records"),
    (Tag.CLUSTER, "", "cluster | whole cluster"),
    (
        Tag.EVERYWHERE,
        "",
        """
        all namespaces | every namespace | across namespaces | across all namespaces | all ns | cluster-wide |
        cluster wide | everywhere | in all namespaces | in every namespace | in the whole cluster |
        across the cluster | any namespace | in any namespace
        """,
    ),
    (
        Tag.HELP,
        "",
        """
        help | commands | what can you do | what can i ask | what can i do here | how do you work |
        how does this work | how do i use this | how to use | who are you | what are you | usage |
        how do i use you | menu | help me please | what do you do
        """,
    ),
    (
        Tag.HELLO,
        "",
        """
        hello | hi | good morning | ping | good afternoon | hi there | hello there | are you there | hey there |
        hi all | hello all | hey all | morning all | good morning all | hi team | hello team | hey team |
        morning team | hi everyone | hello everyone | hi folks | hey folks
        """,
    ),
    (Tag.AUDIT, "", "audit | audit log | audit logs | audit trail | show audit | show the audit log | list audit"),
    (
        Tag.WHOAMI,
        "",
        """
        whoami | who am i | my id | what is my id | what's my id | 我的id | my user id | what is my role |
        what's my role | my role | what role do i have | which role do i have | what role am i | my permissions |
        what are my permissions | what permissions do i have | what rights do i have |
        am i an admin | am i admin | do i have admin rights
        """,
    ),
    (Tag.PERIOD, "today", "today"),
    (Tag.PERIOD, "yesterday", "yesterday | last night"),
    (Tag.PERIOD, "week", "this week | week"),
    (Tag.PERIOD, "7d", "past week | the past week | last 7 days | past 7 days"),
    (Tag.PERIOD, "month", "this month | month"),
    (Tag.PERIOD, "30d", "past month | the past month | last 30 days | past 30 days"),
    (Tag.PICK, "", "pick | choose | select | option"),
)
"""Verbs, nouns and pages. `bot.brain.particles_en` holds mood and function words."""

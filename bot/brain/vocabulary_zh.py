"""Chinese nouns of requests, by category. Words are separated by spaces; the longest one wins."""

from bot.brain.tags import Tag

HAN_WORDS: tuple[tuple[Tag, str, str], ...] = (
    (Tag.KIND, "Pod", "容器组 实例 豆荚 po"),
    (Tag.KIND, "Deployment", "部署 部署单元 无状态 无状态应用 无状态服务"),
    (
        Tag.KIND,
        "",
        """
        服务 应用 工作负载 应用程序 模块 系统 项目 站点 接口 后端服务 前端服务 服务端 中间件 网关服务 业务 程序
        组件 微服务 负载
        """,
    ),
    (Tag.KIND, "StatefulSet", "有状态 有状态应用 有状态副本集 有状态集 有状态服务"),
    (Tag.KIND, "DaemonSet", "守护进程集 守护进程 守护集"),
    (Tag.KIND, "ReplicaSet", "副本集"),
    (Tag.KIND, "Node", "节点 机器 主机 工作节点 物理机 虚机 虚拟机 计算节点 服务器 宿主机"),
    (Tag.KIND, "ConfigMap", "配置 配置项 配置字典 配置表 配置映射 配置文件"),
    (Tag.KIND, "Secret", "密钥 秘钥 保密字典 密码 口令 凭据"),
    (Tag.KIND, "CronJob", "定时任务 计划任务 定时作业 跑批任务"),
    (Tag.KIND, "Job", "任务 作业 一次性任务"),
    (Tag.KIND, "PersistentVolume", "存储卷 持久卷"),
    (Tag.KIND, "PersistentVolumeClaim", "存储卷声明 持久卷声明 数据卷 存储声明"),
    (Tag.KIND, "StorageClass", "存储类"),
    (Tag.KIND, "Ingress", "路由 应用路由 入口 域名"),
    (Tag.KIND, "NetworkPolicy", "网络策略"),
    (Tag.KIND, "ResourceQuota", "配额 资源配额"),
    (Tag.KIND, "ServiceAccount", "服务账号 服务账户"),
    (Tag.KIND, "Endpoints", "端点"),
    (Tag.NAMESPACE, "Namespace", "命名空间 环境 名字空间 名称空间 空间"),
    (
        Tag.LOGS,
        "",
        """
        日志 日志文件 控制台日志 控制台输出 异常日志 启动日志 最新日志 实时日志 业务日志 应用日志 滚动日志 堆栈
        报错信息 错误信息 报错堆栈 错误堆栈 异常堆栈 输出日志 日志输出 运行日志 报错日志 错误日志
        """,
    ),
    (Tag.EVENTS, "", "事件 事件列表 事件流 最近事件"),
    (Tag.EVENTS, "warning", "告警事件 警告事件 异常事件 报警事件"),
    (
        Tag.STATUS,
        "",
        """
        状态 运行状态 状况 健康状态 运行情况 健康状况 运行状况 情况 状态信息 概况 总览 整体情况 健康度 整体状态
        现状 近况 近况如何 啥状态 什么状态 啥情形
        """,
    ),
    (Tag.IMAGE_WORD, "", "镜像 新镜像 新版镜像 版本 镜像地址 镜像tag 代码版本 tag号 镜像名 镜像版本 镜像版本号 版本号"),
    (
        Tag.REPLICAS,
        "",
        """
        副本 副本数 副本数量 实例数 实例数量 个数 数量 副本个数 pod数 pod数量 pod个数 实例个数 规模 容量
        """,
    ),
    (Tag.CONTAINER, "", "容器"),
    (Tag.COMMAND_WORD, "", "命令 指令"),
    (Tag.LINES, "", "行 条"),
    (Tag.MINUTES, "", "分钟 小时 秒 天 秒钟 个小时"),
    (Tag.TIMES, "", "倍 倍数"),
    (Tag.UNIT, "", "个 台 份 款 套 个儿 位"),
    (Tag.COUNT, "", "次 几次 多少次 次数 几回"),
    (
        Tag.COUNT,
        "rollout",
        """
        发完了吗 发完了没 发完没 发完没有 发完了没有 发好了吗 发好了没 发布完了吗 发布完了没 发布完没 发布完成了吗
        发布好了吗 更新完了吗 更新完了没 更新完没 更新好了吗 升级完了吗 升级完了没 升级完没 升级好了吗 滚完了吗
        滚完了没 滚完没 滚动完了吗 重启完了吗 重启完了没 重启完没 重启好了吗 扩完了吗 扩完了没 扩完没 发布进度
        发布情况 更新进度 发到哪了 发布到哪了 滚到哪了 发布状态 上线完了吗 发成功了吗 发布成功了吗 发版成功了吗
        """,
    ),
    (Tag.HISTORY, "", "记录 历史 历史记录 时间 策略"),
    (Tag.LISTING, "", "列表 清单 名单"),
    (Tag.CLUSTER, "", "集群"),
    (Tag.EVERYWHERE, "", "整个集群 全集群 全局 各命名空间 各个命名空间 每个命名空间 所有空间 跨命名空间"),
    (
        Tag.HELP,
        "",
        """
        帮助 使用说明 用法 怎么用 你能做什么 你会什么 你会做什么 有什么功能 能做什么 菜单 使用帮助 能干啥
        你能干啥 你能干嘛 能干嘛 你会干嘛 你会干啥 怎么用啊 咋用 怎么使用 如何使用 使用方法 有啥功能 都能干啥
        你都能干啥 支持什么 支持哪些操作 都支持什么 命令列表 指令列表 有哪些命令 支持哪些命令 功能列表 说明书
        教程 能做啥 你能做啥 怎么玩 帮助文档 你是谁 你是啥 你是什么 自我介绍 介绍一下自己 介绍下自己 你谁啊
        你能干什么
        """,
    ),
    (
        Tag.HELLO,
        "",
        """
        你好 您好 在吗 在不在 早上好 在不 在么 在嘛 早 早啊 早安 早呀 哈喽呀 hello呀 你好呀 你好啊 有人吗
        有人在吗 在线吗 各位好 大家早上好 各位早 上午好 中午好 嗨 哈喽 大家好 下午好 晚上好
        """,
    ),
    (
        Tag.AUDIT,
        "",
        """
        审计 审计日志 变更记录 操作流水 有哪些操作 都有哪些操作 有什么操作 做了什么操作 做了哪些操作 有哪些变更
        都有哪些变更 有变更 有没有变更 有啥变更 有啥操作 哪些操作 什么操作 哪些变更 什么变更 啥操作 啥变更
        哪些改动 变更历史 操作审计 审计记录 操作记录 操作日志 操作历史 审批记录
        """,
    ),
    (
        Tag.WHOAMI,
        "",
        """
        我是谁 我的身份 我的账号 我的编号 我是啥角色 我是什么角色 我什么角色 我啥角色 我的角色 我的角色是什么
        我的角色是啥 我是哪个角色 我是什么身份 我是啥身份 我的权限 我的权限是什么 我有什么权限 我有啥权限 我有哪些权限
        我是什么权限 我是啥权限 我啥权限 我是管理员吗 我是不是管理员 我算管理员吗 我有没有审批权限 我有审批权限吗
        我有权限吗
        """,
    ),
    (Tag.PERIOD, "today", "今天 今日 今早 今儿 当天"),
    (Tag.PERIOD, "yesterday", "昨天 昨日 昨晚"),
    (Tag.PERIOD, "week", "本周 这周 这一周 这个星期 本星期"),
    (Tag.PERIOD, "7d", "最近一周 近一周 最近7天 近7天 最近七天 近七天"),
    (Tag.PERIOD, "month", "本月 这个月"),
    (Tag.PERIOD, "30d", "最近一个月 近一个月 最近30天 近30天"),
    (Tag.PICK, "", "选 选择 选项 第"),
)
"""Nouns and pages. Verbs are in `bot.brain.verbs_zh`, mood and function words in `bot.brain.particles_zh`."""

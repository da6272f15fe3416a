/** 遇到问题时该怎么做 What to do about a problem. */
import type { problems as en, ToldProblemCode } from '../en/problems.ts';

const here: Record<ToldProblemCode, string> = {
  'invalid-request': '请更正详情中指出的字段;没有任何更改。',
  'invalid-parameters': '请更正详情中指出的内容。',
  'invalid-selector': '请写成 key=value,key!=value,key in (a,b)。',
  unauthenticated: '请重新登录;会话或令牌已失效。',
  forbidden: '请向管理员申请相应的令牌或角色。',
  'agent-refused': '请按详情处理;加入令牌可用 sluice join-tokens create 创建。',
  'no-agent-key': '该节点使用证书,或其代理自启用密钥以来尚未连接。',
  'token-not-found': '请在“访问”页查看现有令牌。',
  'last-admin-token': '请先创建另一个管理员令牌并改用它。',
  'token-made-before': '密钥只在首次答复中给出。请吊销详情中的令牌,另建一个。',
  'foreign-request': '请重新加载页面后再试。',
  'login-code-invalid': '链接只能使用一次且很快失效:请用 sluice dashboard 重新打印,或粘贴令牌。',
  'single-sign-on-off': '请在服务器配置中添加 oidc 部分,或使用令牌。',
  'route-not-found': '页面与服务器版本可能不同:请重新加载页面。',
  'node-not-found': '请在“节点”页查找;代理首次连接后节点才会出现。',
  'operation-not-found': '请在“操作”页查找;旧的操作会被清除。',
  'command-not-found': '其代理没有(或不再)声明此命令:请查看该节点的命令。',
  'method-not-allowed': '页面与服务器版本可能不同:请重新加载页面。',
  'request-timeout': '请重试;没有任何更改。',
  'node-connected': '请先停止其代理;已连接的代理会重新注册节点。',
  'credentials-revoked': '在旧证书过期前请保留该节点;之后管理员可强制移除。',
  'operation-ended': '无需处理:已结束的状态不会再变。如需其他结果,请发起新操作。',
  'operation-not-cancellable': '请执行相反的操作:重新排空即可撤销“取消排空”。',
  'precondition-failed': '别人已先保存:请查看变化后再保存。',
  'body-too-large': '请减少内容,不要超过详情中的字节数。',
  'metadata-too-large': '元数据须小于 64 KiB;大的内容请存放在别处,这里只写地址。',
  'uri-too-long': '节点 ID 最多 255 个字符;请缩短查询。',
  'unsupported-media-type': '页面与服务器版本可能不同:请重新加载页面。',
  'idempotency-key-reused': '请重新加载页面后再试。',
  'workload-locked': '请等待锁释放或过期。',
  'headers-too-large': '请清除此站点的 Cookie 后重试。',
  internal: '请在服务器日志中查找此请求编号并报告。',
  'store-unavailable': '没有任何更改。请修复详情指出的问题(磁盘已满、权限)后重试。',
  'outcome-unknown': '可能已执行,也可能未执行:存储恢复后请先查看,再决定是否重试。',
  'too-many-requests': '请稍候再试;没有执行任何操作。',
  'too-many-sessions': '如同一地址后确有这么多代理,请提高服务器配置 limits.sessionsPerAddress。',
  'too-many-streams': '请关闭不需要的页面后重试。',
  stopping: '请稍后重试;没有任何更改。',
  unreachable: '请检查服务器是否运行、网络是否正常。操作可能已执行,也可能未执行:请先查看。',
  'no-answer-in-time': '可能已执行,也可能未执行:重试前请先查看。',
  'not-a-sluice-answer': '可能是中间的代理在代替服务器回答:请检查代理。',
  aborted: '无需处理;这是主动结束的。',
  'unaddressable-id': '请使用列表中给出的 ID。',
};

const inChinese = new Map(Object.entries(here));

export const problems: typeof en = {
  whatToDo: (code, fromServer) => inChinese.get(code) ?? fromServer,
};

/** 事件 What happened, in a sentence that follows the name of the node. */
import type { events as en } from '../en/events.ts';

const because = (reason: string): string => (reason === '' ? '' : `:${reason}`);
const left = (sessions: number | null): string => (sessions === null ? '' : `,还有 ${sessions} 个会话`);

const WORKLOADS = { well: '运行中', starting: '启动中', stopping: '停止中', stopped: '已停止' };

export const events: typeof en = {
  NodeRegistered: () => '加入了集群',
  NodeDescribed: () => '更新了自身描述',
  NodeForgotten: () => '被移出集群',
  AgentEnrolled: () => '首次获准加入',
  AgentKeyRotated: () => '已更换密钥',
  AgentKeyRotationRequested: () => '将更换密钥',
  AgentCredentialsRevoked: ({ reason }) => `凭据被吊销${because(reason)}`,
  AgentConnected: () => '已连接',
  AgentDisconnected: ({ outcome }) => `已断开${because(outcome)}`,
  LeaseExpired: () => '离线:整个租期内没有消息',
  WorkloadChanged: ({ workload, problem }) =>
    workload === 'unwell' ? `工作负载异常${because(problem)}` : `工作负载${WORKLOADS[workload]}`,
  HoldPlaced: ({ hold, reason }) => `被“${hold}”占用${because(reason)}`,
  HoldReleased: ({ hold, outcome }) => `占用“${hold}”已释放(${outcome})`,
  HoldExpiryDeferred: ({ hold, problem }) => `占用“${hold}”超时仍保留${because(problem)}`,
  AvailabilityRecovered: () => '报告了比服务器更新的期望',
  AvailabilityWished: () => '期望状态改变',
  DrainProgressed: ({ sessions, problem }) => `排空中${left(sessions)}${because(problem)}`,
  DrainDeadlineReached: ({ sessions }) => `排空到达期限${left(sessions)}`,
  NodeDrained: () => '已排空',
  NodeNoLongerEmpty: ({ sessions }) => `重新排空${left(sessions)}`,
  NodeActivated: () => '已恢复轮转',
  ActivationHindered: ({ problem }) => `暂时无法恢复轮转${because(problem)}`,
  OperationRequested: ({ command, reason }) => `请求了 ${command}${because(reason)}`,
  OperationDeliverable: () => '操作可以下发',
  OperationStarted: () => '操作已开始',
  OperationProgressed: () => '操作有进展',
  OperationCancelRequested: ({ reason }) => `请求取消操作${because(reason)}`,
  OperationConfirmationNeeded: ({ problem }) => `操作等待确认${because(problem)}`,
  OperationConfirmed: () => '操作已确认',
  OperationEnded: ({ outcome, problem }) => `操作结束:${outcome}${because(problem)}`,
  MetadataReplaced: () => '元数据已更改',
  RolloutStarted: ({ nodes }) => `开始了滚动操作${nodes === null ? '' : `,共 ${nodes} 个节点`}`,
  RolloutPaused: ({ problem }) => `滚动操作已暂停${because(problem)}`,
  RolloutResumed: ({ reason }) => `滚动操作已继续${because(reason)}`,
  RolloutApproved: ({ reason }) => `滚动操作的首批节点已批准${because(reason)}`,
  RolloutCancelled: ({ reason }) => `滚动操作将被取消${because(reason)}`,
  RolloutAborted: ({ problem }) => `滚动操作已放弃${because(problem)}`,
  RolloutRetried: ({ nodes, reason }) => `重试 ${nodes ?? 0} 个失败的节点${because(reason)}`,
  RolloutNodesJoined: ({ nodes }) => `有 ${nodes ?? 0} 个匹配滚动操作的节点加入`,
  RolloutNodeBegun: () => '在滚动操作中轮到',
  RolloutNodeOperationRequested: ({ step }) => `收到滚动操作的指令(${step})`,
  RolloutNodeAdvanced: ({ step }) => `进入滚动操作的下一步(${step})`,
  RolloutNodeHealthChanged: ({ problem }) =>
    problem === '' ? '已达到滚动操作的要求' : `未达到滚动操作的要求:${problem}`,
  RolloutNodePutBack: ({ problem }) => `等待滚动操作再次轮到${because(problem)}`,
  RolloutNodeEnded: ({ outcome, problem }) => `在滚动操作中结束:${outcome}${because(problem)}`,
  RolloutEnded: ({ outcome, problem }) => `滚动操作结束:${outcome}${because(problem)}`,
  BudgetSet: ({ budget }) => `设置了预算“${budget}”`,
  BudgetRemoved: ({ budget }) => `删除了预算“${budget}”`,
  BudgetOverridden: ({ budget, reason }) => `预算“${budget}”没有名额,仍被强制执行${because(reason)}`,
  SlotTaken: ({ budget, slot }) => `${slot} 占用了“${budget}”的名额`,
  SlotReleased: ({ budget, slot, outcome }) =>
    `${slot} 在“${budget}”的名额已${outcome === 'freed' ? '手动释放' : '归还'}`,
};

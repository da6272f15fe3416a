/** 单个节点 One node. */
import type { node as en } from '../en/node.ts';

export const node: typeof en = {
  notFoundTitle: (id) => `没有节点 ${id}`,
  notFoundText: '它已离开集群,或者您的令牌用于其他节点。其代理连接后会自动出现在这里。',
  why: '为什么是这个状态?',
  load: '负载',
  sessions: '会话',
  cpu: 'CPU',
  memory: '内存',
  about: '详情',
  type: '类型',
  address: '地址',
  place: '地域与可用区',
  version: '版本',
  labels: '标签',
  workload: '工作负载',
  incarnation: (count) => `已启动 ${count} 次`,
  agent: '代理',
  connected: '已连接',
  lastSeen: '最后联系',
  created: '加入集群于',
  holds: '占用者',
};

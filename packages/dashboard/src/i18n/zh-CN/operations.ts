/** 操作 Operations. */
import type { operations as en } from '../en/operations.ts';

export const operations: typeof en = {
  title: '操作',
  none: '还没有对节点进行任何操作。对节点排空、重启或运行命令后,会列在这里。',
  command: '命令',
  node: '节点',
  status: '状态',
  by: '操作者',
  created: '请求于',
  ended: '结束于',
  reason: '原因',
  phase: '阶段',
  output: '输出',
  noOutput: '没有输出。',
  error: '错误',
  notFoundTitle: '没有此操作',
  operationOf: (command, node) => `${node} 上的 ${command}`,
};

/** 访问令牌 Tokens. */
import type { access as en } from '../en/access.ts';

export const access: typeof en = {
  title: '访问',
  tokens: '令牌',
  joinTokens: '加入令牌',
  name: '名称',
  role: '角色',
  nodes: '节点',
  allNodes: '全部',
  lastUsed: '最近使用',
  expires: '过期',
  uses: '使用次数',
  usesOf: (uses, max) => (max === null ? `${uses}` : `${uses} / ${max}`),
  createdBy: '创建者',
  none: '没有。',
};

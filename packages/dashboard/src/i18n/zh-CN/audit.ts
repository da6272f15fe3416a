/** 审计 Who did what. */
import type { audit as en } from '../en/audit.ts';

export const audit: typeof en = {
  title: '审计',
  none: '还没有任何记录。',
  at: '时间',
  who: '谁',
  what: '做了什么',
  node: '节点',
  result: '结果',
  from: '来源',
};

/** 登录 Logging in. */
import type { login as en } from '../en/login.ts';

export const login: typeof en = {
  title: '登录 Sluice',
  token: '令牌',
  tokenHint:
    '令牌以 slc_ 开头。服务器首次启动时会打印一个;管理员可在“访问”页创建更多。也可以打开此命令打印的链接:sluice dashboard',
  logIn: '登录',
  singleSignOn: '使用单点登录',
  or: '或',
  empty: '请先粘贴令牌。',
};

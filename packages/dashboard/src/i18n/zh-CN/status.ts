/** 状态 Statuses. */
import type { status as en } from '../en/status.ts';

export const status: typeof en = {
  node: {
    active: '运行中',
    draining: '排空中',
    drained: '已排空',
    restarting: '重启中',
    unhealthy: '不健康',
    offline: '离线',
  },
  operation: {
    queued: '排队中',
    running: '进行中',
    succeeded: '成功',
    failed: '失败',
    cancelled: '已取消',
    expired: '已过期',
  },
  drainPhase: {
    'waiting-for-agent': '等待代理',
    'leaving-rotation': '正在退出轮转',
    'asking-workload': '正在通知工作负载排空',
    'waiting-for-sessions': '等待会话结束',
    'ending-sessions': '正在结束剩余会话',
    drained: '已排空',
  },
  workload: {
    starting: '启动中',
    running: '运行中',
    stopping: '停止中',
    stopped: '已停止',
    crashed: '已崩溃',
    'cannot-start': '无法启动',
  },
};

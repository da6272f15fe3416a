/** The tables of other operating systems, as they print them. */
import { expect, test } from 'vitest';
import { connectionsOfNetstat, connectionsOfTable } from './tcp-connections.ts';

test('netstat of macOS', () => {
  const output = `Active Internet connections (including servers)
Proto Recv-Q Send-Q  Local Address          Foreign Address        (state)
tcp4       0      0  127.0.0.1.7777         127.0.0.1.52144        ESTABLISHED
tcp4       0      0  127.0.0.1.52144        127.0.0.1.7777         ESTABLISHED
tcp6       0      0  fe80::1%lo0.7777       fe80::1%lo0.52200      ESTABLISHED
tcp4       0      0  192.0.2.1.7777         198.51.100.7.1234      TIME_WAIT
tcp46      0      0  *.7777                 *.*                    LISTEN
`;
  expect(connectionsOfNetstat(output).filter(({ localPort }) => localPort === 7777)).toEqual([
    { localAddress: '127.0.0.1', localPort: 7777, remoteAddress: '127.0.0.1', remotePort: 52_144, inode: null },
    { localAddress: 'fe80::1%lo0', localPort: 7777, remoteAddress: 'fe80::1%lo0', remotePort: 52_200, inode: null },
  ]);
});

test('/proc/net/tcp6, where IPv4 appears mapped', () => {
  const table = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:1E61 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1
   1: 0000000000000000FFFF00000100007F:1E61 0000000000000000FFFF00000100007F:CBB0 01 00000000:00000000 00:00000000 00000000     0        0 222 1
   2: 0000000000000000FFFF00000100007F:1E61 0000000000000000FFFF00000100007F:CBB2 08 00000000:00000000 00:00000000 00000000     0        0 333 1
`;
  expect(connectionsOfTable(table)).toEqual([
    { localAddress: '0100007F', localPort: 7777, remoteAddress: '0100007F', remotePort: 52_144, inode: '222' },
  ]);
});

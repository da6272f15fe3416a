/**
 * Asks who is logged in, and for the nodes, while the program that shows them is still being loaded: the page comes up sooner by as
 * long as the answers take. src/api/begun.ts takes the answers; what could not be had is `null` there, and is asked for again.
 */
// A one-time link is to be used up first: whoever comes by it is not logged in yet.
if (location.pathname !== '/login') {
  const ask = (path) => fetch(path, { credentials: 'same-origin', cache: 'no-store' }).catch(() => null);
  const session = ask('/auth/session');
  const nodes = session.then((answer) => (answer?.ok === true ? ask('/api/v1/nodes') : null));
  globalThis.sluiceBegun = new Map([
    ['/auth/session', session],
    ['/api/v1/nodes', nodes],
  ]);
}

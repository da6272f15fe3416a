// A declared command of the demo's nodes: says who plays on the game server whose address is its first argument.
const [, , game] = process.argv;
const answer = await fetch(`${game}/stats`, { signal: AbortSignal.timeout(5000) });
const { players, draining, uptimeMs } = await answer.json();
console.log(
  `${players} playing, up for ${Math.round(uptimeMs / 1000)} s, ${draining ? 'letting nobody in' : 'open to players'}`,
);

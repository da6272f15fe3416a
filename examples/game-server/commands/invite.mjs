// A declared command of the demo's nodes: lets one player in. Its parameters come in the environment, never through a shell.
const [, , game] = process.argv;
const { SLUICE_PARAM_NAME: name, SLUICE_PARAM_SECONDS: seconds } = process.env;
const answer = await fetch(`${game}/players`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ name, seconds: Number(seconds) }),
  signal: AbortSignal.timeout(5000),
});
const said = await answer.text();
if (answer.ok) console.log(`${name} plays for ${seconds} s.`);
else {
  console.error(`${name} was not let in: ${said}`);
  process.exitCode = 1;
}

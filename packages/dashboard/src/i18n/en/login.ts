/** The page for who is not logged in. */

export const login = {
  title: 'Log in to Sluice',
  token: 'Token',
  tokenHint:
    'A token begins with slc_. The server printed one at its first start; an admin makes more under Access. Or open the link that this prints: sluice dashboard',
  logIn: 'Log in',
  singleSignOn: 'Log in with single sign-on',
  or: 'or',
  empty: 'Paste a token first.',
};

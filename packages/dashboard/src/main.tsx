/** Where the dashboard begins: language, colours, queries, pages. */
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router';
import { sessionQuery } from './api/session-query.ts';
import { createQueryClient } from './api/query-client.ts';
import { WordsProvider } from './i18n/words.tsx';
import { router } from './routes.tsx';
import './theme/base.css';
import { ThemeProvider } from './theme/theme.tsx';

const root = document.querySelector('#dashboard');
if (root === null) throw new Error('looking for the place of the dashboard in its page');

const queryClient = createQueryClient();
// Asked while the first page is still being loaded.
void queryClient.prefetchQuery(sessionQuery);

createRoot(root).render(
  <StrictMode>
    <WordsProvider>
      <ThemeProvider>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </ThemeProvider>
    </WordsProvider>
  </StrictMode>,
);

/** A button that opens a menu below itself: arrow keys go through it, Escape and a press beside it close it. */
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react';
import styles from './menu.module.css';

export type MenuItem =
  | { readonly kind: 'text'; readonly label: string }
  | { readonly kind: 'act'; readonly label: string; readonly extra?: string; readonly act: () => void }
  | {
      readonly kind: 'choice';
      readonly label: string;
      readonly options: readonly { readonly label: string; readonly isChosen: boolean; readonly choose: () => void }[];
    };

interface MenuProps {
  readonly label: string;
  readonly items: readonly MenuItem[];
}

/** Where a key leads to, of so many items. @param at -1: from the button above them. @returns `null`: nowhere, it is not one of the menu's. */
function placeAfter(key: string, at: number, count: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return (at + 1) % count;
    case 'ArrowUp':
      return at <= 0 ? count - 1 : at - 1;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}

export function Menu({ label, items }: MenuProps) {
  const menu = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const buttons = () => [...(menu.current?.querySelectorAll<HTMLElement>('button') ?? [])];
  const move = (event: KeyboardEvent) => {
    if (menu.current?.matches(':popover-open') !== true) return;
    const all = buttons();
    const place = placeAfter(
      event.key,
      all.findIndex((each) => each === document.activeElement),
      all.length,
    );
    if (event.key === 'Tab') menu.current?.hidePopover();
    if (place === null) return;
    event.preventDefault();
    all[place]?.focus();
  };
  // What was chosen may put the focus elsewhere, so the menu is closed first.
  const item = (role: string, act: () => void, content: ReactNode, isChosen?: boolean) => (
    <button
      type="button"
      role={role}
      tabIndex={-1}
      aria-checked={isChosen}
      onClick={() => {
        menu.current?.hidePopover();
        act();
      }}
    >
      {content}
    </button>
  );
  return (
    <>
      <button
        type="button"
        className={styles['opener']}
        popoverTarget={id}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        title={label}
        onKeyDown={move}
      >
        {label}
      </button>
      <div
        ref={menu}
        id={id}
        popover="auto"
        role="menu"
        tabIndex={-1}
        aria-label={label}
        className={styles['menu']}
        onKeyDown={move}
        onToggle={(event) => {
          setOpen(event.newState === 'open');
          // A key that was quicker has led into it already.
          if (event.newState === 'open' && menu.current?.contains(document.activeElement) !== true)
            buttons()[0]?.focus();
        }}
      >
        {items.map((each) =>
          each.kind === 'text' ? (
            <p key={each.label} role="presentation">
              {each.label}
            </p>
          ) : each.kind === 'act' ? (
            <div key={each.label} role="presentation">
              {item(
                'menuitem',
                each.act,
                <>
                  {each.label}
                  {each.extra !== undefined && <kbd aria-hidden="true">{each.extra}</kbd>}
                </>,
              )}
            </div>
          ) : (
            <div key={each.label} role="group" aria-label={each.label}>
              <p aria-hidden="true">{each.label}</p>
              {each.options.map((option) => (
                <div key={option.label} role="presentation">
                  {item(
                    'menuitemradio',
                    option.choose,
                    <>
                      <span className={styles['tick']} aria-hidden="true">
                        {option.isChosen ? '✓' : ''}
                      </span>
                      {option.label}
                    </>,
                    option.isChosen,
                  )}
                </div>
              ))}
            </div>
          ),
        )}
      </div>
    </>
  );
}

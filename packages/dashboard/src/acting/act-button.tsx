/** A button that is there also when it may not be pressed, and then tells why: on hover, on focus, and to who listens. */
import { Button, type ButtonProps, Tooltip } from 'antd';
import { useId } from 'react';
import styles from './act-button.module.css';

interface ActButtonProps extends Pick<ButtonProps, 'type' | 'size' | 'danger' | 'loading'> {
  /** `null`: it may be pressed. */
  readonly whyNot: string | null;
  readonly onClick: () => void;
  readonly children: string;
  /** What it is called where what stands on it is not enough: of many of the same. */
  readonly label?: string;
}

export function ActButton({ whyNot, onClick, children, label, ...looks }: ActButtonProps) {
  const reasonId = useId();
  if (whyNot === null)
    return (
      <Button {...looks} aria-label={label} onClick={onClick}>
        {children}
      </Button>
    );
  // Not `disabled`: then neither pointer nor keyboard would reach it, and nobody would learn the reason.
  return (
    <Tooltip title={whyNot} trigger={['hover', 'focus']}>
      <Button
        {...looks}
        type="default"
        danger={false}
        className={styles['off'] ?? ''}
        aria-label={label}
        aria-disabled
        aria-describedby={reasonId}
      >
        {children}
        <span id={reasonId} className="only-heard">
          {whyNot}
        </span>
      </Button>
    </Tooltip>
  );
}

// Pictures of buttons; what they mean is said by the button's label.

const PATHS = {
  back: 'M15 5l-7 7 7 7',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zm-6.5 9a6.5 6.5 0 0 1 13 0M16 4.5a3.5 3.5 0 0 1 0 6.2M18 14.2a6.5 6.5 0 0 1 3.5 5.8',
  send: 'M4 12l16-8-5 16-3.5-6.5L4 12zm7.5 1.5L20 4',
  close: 'M6 6l12 12M18 6L6 18',
  reply: 'M9 7L4 12l5 5M4 12h9a7 7 0 0 1 7 7',
  edit: 'M4 20l1-4L16 5l3 3L8 19l-4 1zM14 7l3 3',
  remove: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5',
  react: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.5 14.5a4.5 4.5 0 0 0 7 0M9 9.5v.5M15 9.5v.5',
  write: 'M4 5h16v11H9l-5 4V5zM8 9h8M8 12h5',
  down: 'M6 10l6 6 6-6',
  up: 'M6 14l6-6 6 6',
  right: 'M10 6l6 6-6 6',
  invite: 'M10 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zm-7 9a7 7 0 0 1 11-5.7M18 14v6M15 17h6',
  leave: 'M14 4h5v16h-5M10 8l-4 4 4 4M6 12h9',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.5 2',
  warning: 'M12 4l9 16H3L12 4zm0 6v5M12 17.5v.5',
  pin: 'M9 4h6l-1 6 3 3v2H7v-2l3-3-1-6zM12 15v6',
  shield: 'M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6l7-3zM9 12l2 2 4-4',
  report: 'M6 21V4h11l-2 4 2 4H6',
  settings: 'M4 7h10M18 7h2M4 17h2M10 17h10M16 5v4M8 15v4',
  plus: 'M12 5v14M5 12h14',
  bell: 'M7 15v-4.5a5 5 0 0 1 10 0V15l2 2H5l2-2zM10.5 20h3',
  mention: 'M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0zm0-4v5.5a2.5 2.5 0 0 0 5 0V12a9 9 0 1 0-3.6 7.2',
  quiet: 'M8 17h10.5L17 15v-4.5a5 5 0 0 0-7.8-4.1M7 10.5V15l-2 2h3M10.5 20h3M4 4l16 16',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  list: 'M8 6h12M8 12h12M8 18h12M4 6h.5M4 12h.5M4 18h.5',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L21 21',
  directory:
    'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5M11 11a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM7.5 15a3.6 3.6 0 0 1 7 0',
  account:
    'M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM10.5 3h3l.5 2.6 1.9 1.1 2.5-.9 1.5 2.6-2 1.7v2.2l2 1.7-1.5 2.6-2.5-.9-1.9 1.1-.5 2.6h-3l-.5-2.6-1.9-1.1-2.5.9-1.5-2.6 2-1.7v-2.2l-2-1.7 1.5-2.6 2.5.9 1.9-1.1z',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

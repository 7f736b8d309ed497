import { NavLink, Outlet } from 'react-router';
import { PageHead } from '../../ui/PageHead';
import classes from './SettingsPage.module.css';

const PARTS = [
  { to: '/settings', label: 'Limits' },
  { to: '/settings/backbones', label: 'Backbones' },
  { to: '/settings/tokens', label: 'Tokens' },
  { to: '/settings/audit', label: 'Audit log' },
  { to: '/settings/webhooks', label: 'Webhooks' },
  { to: '/settings/processes', label: 'Processes' },
] as const;

/** The settings of the hub, one part at a time. */
export function SettingsPage() {
  return (
    <>
      <PageHead title="Settings" />
      <nav aria-label="Settings" className={classes.parts}>
        {PARTS.map(({ to, label }) => (
          <NavLink key={to} to={to} end={to === '/settings'} className={classes.part ?? ''}>
            {label}
          </NavLink>
        ))}
      </nav>
      <Outlet />
    </>
  );
}

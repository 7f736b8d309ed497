import { Anchor } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { Link, NavLink, useLocation, useNavigate } from 'react-router';
import { BASE_PATH } from '../lib/base-path';
import { urls } from '../lib/urls';
import { useWaitingApprovals } from './approvals';
import { ColorScheme } from './ColorScheme';
import { useChangeFeed } from './changes';
import { ENDPOINT, endSession } from './client';
import { Find } from './Find';
import { LiveDot } from './LiveDot';
import { type Me, useMe } from './me';
import classes from './Shell.module.css';
import { ShortcutHelp } from './ShortcutHelp';
import { PAGES, useGoTo } from './shortcuts';

/** Header, navigation and shortcuts around every page. */
export function Shell({ children }: { readonly children: ReactNode }) {
  useChangeFeed();
  const me = useMe();
  const waiting = useWaitingApprovals();
  const { pathname } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page starts at its top
  useEffect(() => void scrollTo(0, 0), [pathname]);
  const navigate = useNavigate();
  useGoTo(navigate);
  return (
    <>
      <a className={classes.skip} href="#content">
        Skip to content
      </a>
      <header className={classes.header}>
        <Link to="/" className={classes.brand}>
          <img src={`${BASE_PATH}/icon.svg`} alt="" width="20" height="20" />
          Model Hub
        </Link>
        <nav aria-label="Pages" className={classes.nav}>
          {PAGES.map(({ to, label }) => (
            <NavLink key={to} to={to} className={classes.link ?? ''}>
              {label}
              {to === urls.approvals && waiting > 0 && <span className={classes.count}>{waiting}</span>}
            </NavLink>
          ))}
        </nav>
        <div className={classes.tools}>
          <LiveDot />
          <Find />
          <ShortcutHelp />
          <ColorScheme />
          {me && <Identity me={me} />}
          <Anchor component="button" type="button" size="sm" onClick={() => endSession()}>
            Sign out
          </Anchor>
        </div>
      </header>
      <main id="content" className={classes.content} tabIndex={-1}>
        {children}
      </main>
      <footer className={classes.footer}>
        Model Hub {HUB_VERSION} · <a href={ENDPOINT}>GraphQL API</a>
      </footer>
    </>
  );
}

/** The token in use. */
function Identity({ me: { name, role, model } }: { readonly me: Me }) {
  return (
    <span className={classes.me}>
      {name} · {role}
      {model !== null && ` · ${model} only`}
    </span>
  );
}

import { reactWidget } from '@tessera/fragment/react';
import Dashboard from './Dashboard.tsx';

export default reactWidget(Dashboard);

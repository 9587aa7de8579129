import './recommendations.css';
import { reactWidget } from '@tessera/fragment/react';
import Recommendations from './Recommendations.tsx';

export default reactWidget(Recommendations);

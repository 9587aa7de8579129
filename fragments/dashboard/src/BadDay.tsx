import { DAYS, type Day } from './bad-day.ts';

export interface BadDayProps {
  readonly day: Day;
  onChoose(day: Day): void;
}

const NAMES = Object.keys(DAYS) as Day[];

/** Lets the visitor see what the dashboard does when a team is slow, late or failing. */
export function BadDay({ day, onChoose }: BadDayProps) {
  return (
    <fieldset className="dash-days">
      <legend>Try a bad day</legend>
      <div className="dash-choice">
        {NAMES.map((name) => (
          <label key={name}>
            <input
              type="radio"
              name="dash-day"
              value={name}
              checked={name === day}
              onChange={() => onChoose(name)}
            />
            <span>{DAYS[name].title}</span>
          </label>
        ))}
      </div>
      <p>{DAYS[day].says}</p>
    </fieldset>
  );
}

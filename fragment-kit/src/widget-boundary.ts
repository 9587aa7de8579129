import { Component, createElement, Fragment, type ReactNode } from 'react';

interface WidgetBoundaryProps {
  readonly children?: ReactNode;
  readonly fallback: ((error: unknown, retry: () => void) => ReactNode) | undefined;
  /** The children stand in the page. */
  onStarted(): void;
  /** They threw before that. */
  onFailedToStart(error: unknown): void;
}

interface WidgetBoundaryState {
  readonly failure: { readonly error: unknown } | undefined;
}

/** Keeps an error inside its widget. A class, because React has error boundaries only as classes. */
export class WidgetBoundary extends Component<WidgetBoundaryProps, WidgetBoundaryState> {
  override state: WidgetBoundaryState = { failure: undefined };
  #started = false;

  static getDerivedStateFromError(error: unknown): WidgetBoundaryState {
    return { failure: { error } };
  }

  override componentDidMount(): void {
    if (this.state.failure) return;
    this.#started = true;
    this.props.onStarted();
  }

  override componentDidCatch(error: unknown): void {
    if (!this.#started) this.props.onFailedToStart(error);
  }

  override render(): ReactNode {
    const { children, fallback = stoppedWorking } = this.props;
    const { failure } = this.state;
    if (!failure) return children;
    return this.#started
      ? fallback(failure.error, () => this.setState({ failure: undefined }))
      : null;
  }
}

function stoppedWorking(_error: unknown, retry: () => void): ReactNode {
  return createElement(
    Fragment,
    null,
    createElement('p', { role: 'alert' }, 'This part of the page stopped working.'),
    createElement('button', { type: 'button', onClick: retry }, 'Try again'),
  );
}

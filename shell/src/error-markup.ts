import { ERROR_TEMPLATE, RETRY_ATTRIBUTE } from '@tessera/contract';

/**
 * Shows the error markup of a slot in place of its content, where it has some, and a button to try again. The button takes
 * the place, the content and the classes of the markup's `data-tessera-retry` element, where it has one,
 * and the focus if that stood in the slot. Returns the button.
 */
export function showError(slot: HTMLElement, content: readonly Node[]): HTMLButtonElement {
  const focused = slot.contains(document.activeElement);
  slot.replaceChildren(...content);
  const template = slot.querySelector<HTMLTemplateElement>(
    `:scope>template[slot=${ERROR_TEMPLATE}]`,
  );
  if (template) slot.replaceChildren(template.content.cloneNode(true));
  const place = slot.querySelector(`[${RETRY_ATTRIBUTE}]`);
  const button = document.createElement('button');
  button.type = 'button';
  if (place) button.className = place.className;
  button.classList.add('tessera-retry');
  button.append(...(place?.childNodes ?? ['Try again']));
  if (place) place.replaceWith(button);
  else slot.append(button);
  if (focused) button.focus();
  return button;
}

// A scrolled view of a drawing: its size, zooming about a point, dragging, and bringing a box into sight.

import { type PointerEvent, type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

import type { Box } from "../model/layout.js";

const LEAST = 0.3;
const MOST = 2;
const MARGIN = 24;

export interface Viewport {
  box: RefObject<HTMLDivElement | null>;
  width: number;
  scale: number;
  zoom: (factor: number) => void;
  /** As wide as the view, never larger than life. */
  fit: () => void;
  reveal: (box: Box) => void;
  onPointerDown: (event: PointerEvent<HTMLDivElement>) => void;
}

/** `drawn`: width of the drawing at scale 1. */
export function useViewport(drawn: number): Viewport {
  const box = useRef<HTMLDivElement | null>(null);
  const width = useWidth(box);
  const [factor, setFactor] = useState(1);
  const fitting = width > 0 && drawn > 0 ? Math.min(1, width / drawn) : 1;
  const scale = Math.min(MOST, Math.max(LEAST, fitting * factor));
  const anchor = useRef<{ x: number; y: number; scale: number } | null>(null);

  const zoomAt = useCallback(
    (by: number, x: number, y: number) => {
      anchor.current = { x, y, scale };
      setFactor((known) => Math.min(MOST / fitting, Math.max(LEAST / fitting, known * by)));
    },
    [scale, fitting],
  );

  useLayoutEffect(() => {
    const [view, from] = [box.current, anchor.current];
    anchor.current = null;
    if (!view || !from) return;
    view.scrollLeft = ((view.scrollLeft + from.x) * scale) / from.scale - from.x;
    view.scrollTop = ((view.scrollTop + from.y) * scale) / from.scale - from.y;
  }, [scale]);

  useEffect(() => {
    const view = box.current;
    if (!view) return undefined;
    const wheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const at = view.getBoundingClientRect();
      const turned = Math.min(200, Math.max(-200, event.deltaY));
      zoomAt(Math.exp(-turned * 0.003), event.clientX - at.left, event.clientY - at.top);
    };
    view.addEventListener("wheel", wheel, { passive: false });
    return () => view.removeEventListener("wheel", wheel);
  }, [zoomAt]);

  const zoom = (by: number): void => {
    const view = box.current;
    if (view) zoomAt(by, view.clientWidth / 2, view.clientHeight / 2);
  };
  const reveal = useCallback((place: Box) => box.current && scrollTo(box.current, place, scale), [scale]);
  return { box, width, scale, zoom, fit: () => setFactor(1), reveal, onPointerDown: drag };
}

/** Scrolls the view, and nothing around it, as little as is needed. */
function scrollTo(view: HTMLElement, { x, y, w, h }: Box, scale: number): void {
  const within = (at: number, start: number, end: number, room: number): number =>
    start < at + MARGIN ? start - MARGIN : end > at + room - MARGIN ? end - room + MARGIN : at;
  view.scrollLeft = within(view.scrollLeft, x * scale, (x + w) * scale, view.clientWidth);
  view.scrollTop = within(view.scrollTop, y * scale, (y + h) * scale, view.clientHeight);
}

/** The ground is dragged with the main button; nodes are not. Touch scrolls by itself. */
function drag(event: PointerEvent<HTMLDivElement>): void {
  const view = event.currentTarget;
  if (event.button !== 0 || event.pointerType === "touch" || (event.target as Element).closest("[role=button]")) return;
  const from = { x: view.scrollLeft + event.clientX, y: view.scrollTop + event.clientY };
  const move = (moved: globalThis.PointerEvent): void => {
    view.scrollLeft = from.x - moved.clientX;
    view.scrollTop = from.y - moved.clientY;
  };
  view.setPointerCapture(event.pointerId);
  view.addEventListener("pointermove", move);
  view.addEventListener("lostpointercapture", () => view.removeEventListener("pointermove", move), { once: true });
}

function useWidth(box: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const view = box.current;
    if (!view) return undefined;
    const observer = new ResizeObserver(() => setWidth(view.clientWidth));
    setWidth(view.clientWidth);
    observer.observe(view);
    return () => observer.disconnect();
  }, [box]);
  return width;
}

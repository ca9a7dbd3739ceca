"use client";

import { createNotifier } from "@deployapp/notifier";
import { useEffect } from "react";

// In an effect, because there is no page on the server. Version and address come from the meta tags of the layout.
export function UpdateNotice() {
  useEffect(() => createNotifier().destroy, []);
  return null;
}

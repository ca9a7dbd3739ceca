import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// For index.html. npm sets it from package.json; `git describe --always` would do as well.
process.env.VITE_VERSION ??= process.env.npm_package_version;

export default defineConfig({ plugins: [react()] });

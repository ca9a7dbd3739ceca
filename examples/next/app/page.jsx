import { version } from "../package.json";

export default function Page() {
  return <h1>Version {version}</h1>;
}

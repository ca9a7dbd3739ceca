import { version } from "../package.json";
import { UpdateNotice } from "./update-notice";

export const metadata = {
  title: "Next shop",
  other: {
    "deployapp-version": version,
    "deployapp-url": process.env.DEPLOYAPP_URL ?? "http://127.0.0.1:8000/",
  },
};

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>
        {children}
        <UpdateNotice />
      </body>
    </html>
  );
}

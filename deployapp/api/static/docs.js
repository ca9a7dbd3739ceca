/** Shows the OpenAPI document with Swagger UI; lets a session that is signed in try the calls. */

const csrf = document.querySelector("meta[name=csrf-token]")?.getAttribute("content");
const dark = matchMedia("(prefers-color-scheme: dark)");

const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

SwaggerUIBundle({
  url: document.querySelector("#api").dataset.document,
  dom_id: "#api",
  deepLinking: true,
  validatorUrl: null, // it would send the document's address to another host
  requestInterceptor: (request) => {
    if (csrf && !request.headers.Authorization) request.headers["X-CSRFToken"] = csrf;
    return request;
  },
});

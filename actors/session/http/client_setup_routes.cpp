// What mail programs ask for before anybody has signed in (actors/client_setup.h).
#include "actors/client_setup.h"
#include "actors/session/http/answers.h"
#include "actors/session/http/http_session.h"

namespace facteur {
namespace {

http::Response setup_answer(std::string_view type, std::string text) {
    auto response = http::text_response(200, std::string(type), std::move(text));
    response.headers.push_back({"cache-control", "no-store"});
    return response;
}

} // namespace

void handle_thunderbird_setup(HttpSession* self) {
    const auto setup = client_setup(self->state.context->services.config);
    answer(self, setup_answer("text/xml", thunderbird_setup(setup)));
}

void handle_outlook_setup(HttpSession* self) {
    const auto setup = client_setup(self->state.context->services.config);
    answer(self, setup_answer("text/xml", outlook_setup(setup, outlook_address(self->state.exchange->body))));
}

void handle_apple_setup(HttpSession* self) {
    const auto setup = client_setup(self->state.context->services.config);
    const auto address = self->state.exchange->request.parameter("email").value_or("");
    auto response = setup_answer("application/x-apple-aspen-config", apple_setup(setup, address));
    response.headers.push_back({"content-disposition", "attachment; filename=\"mail.mobileconfig\""});
    answer(self, std::move(response));
}

} // namespace facteur

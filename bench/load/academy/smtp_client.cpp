#include "bench/load/academy/smtp_client.h"

#include <utility>

namespace facteur::load::academy {

SmtpClient::SmtpClient(uv_loop_s& loop, std::uint16_t port, std::size_t person, Message message,
                       std::function<void()> handing_over,
                       std::function<void(const std::string& refused)> done)
    : message_(std::move(message)), handing_over_(std::move(handing_over)), done_(std::move(done)),
      wire_(connect(
          loop, port, person,
          {[this](std::string_view bytes) { take(bytes); }, [this](const std::string& why) { end(why); }})) {}

void SmtpClient::end(const std::string& refused) {
    if (const auto done = std::exchange(done_, nullptr)) done(refused);
}

void SmtpClient::take(std::string_view bytes) {
    buffer_ += bytes;
    for (auto end = buffer_.find("\r\n"); end != std::string::npos && done_; end = buffer_.find("\r\n")) {
        const auto line = buffer_.substr(0, end);
        buffer_.erase(0, end + 2);
        if (line.size() < 4 || line[3] != '-') see(line);
    }
}

void SmtpClient::see(const std::string& line) {
    const auto recipients = message_.to.size();
    const auto step = step_++;
    const auto wanted = step == 3 + recipients ? '3' : '2';
    if (line.empty() || line[0] != wanted) return end(line);
    if (step == 0) return write(*wire_, "EHLO client.test\r\n");
    if (step == 1) {
        // Whoever offers PIPELINING takes the envelope at once.
        std::string envelope = "MAIL FROM:<" + message_.from + ">\r\n";
        for (const auto& recipient : message_.to)
            envelope += "RCPT TO:<" + recipient + ">\r\n";
        return write(*wire_, envelope + "DATA\r\n");
    }
    if (step == 3 + recipients) {
        write(*wire_, std::move(message_.text) + ".\r\n");
        return handing_over_();
    }
    if (step > 3 + recipients) {
        write(*wire_, "QUIT\r\n");
        end("");
    }
}

} // namespace facteur::load::academy

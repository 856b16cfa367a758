#include "bench/generate/html.h"

#include <fmt/format.h>

namespace facteur::generate {
namespace {

constexpr auto style_sheet = R"(<style type="text/css">
  body { margin: 0; padding: 0; background: #f2f4f7; font-family: Arial, Helvetica, sans-serif; }
  .preheader { display: none !important; max-height: 0; overflow: hidden; mso-hide: all; }
  .card { background: #ffffff; border-radius: 6px; padding: 24px; }
  .button { background: #1f4fd8; color: #ffffff !important; padding: 12px 24px; text-decoration: none; display: inline-block; }
  @media only screen and (max-width: 600px) { .card { padding: 12px !important; } .half { display: block !important; width: 100% !important; } }
  @import url("https://polices.lettres.example/css?family=Marianne");
</style>
<!--[if mso]><style>.card { width: 600px; }</style><![endif]-->
)";

std::string article(Random& random, int number) {
    const auto& topic = random.pick(office_topics());
    const std::string image = fmt::format("https://images.lettres.example/{}/{}.jpg",
                                          random.between(100, 999), random.next() % 100000);
    return fmt::format(
        R"(<tr><td class="card"><table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr>
<td class="half" width="200" valign="top"><img src="{}" width="180" height="120" alt="Illustration {}" style="display:block;border:0"></td>
<td class="half" valign="top"><h2 style="margin:0 0 8px;color:#1b2a4a">{}</h2><p style="line-height:1.5;color:#333">{}&nbsp;{}</p>
<p><a class="button" href="https://lettres.example/lire?article={}&amp;source=courriel">Lire la suite&nbsp;&rarr;</a></p></td></tr></table></td></tr>
<tr><td height="16" style="font-size:0;line-height:0">&nbsp;</td></tr>
)",
        image, number, fill(topic.subject, random), fill(topic.sentences[0], random),
        fill(random.pick(topic.sentences), random), random.between(1000, 9999));
}

} // namespace

std::string newsletter_html(const Person& from, const std::string& title, Random& random) {
    std::string out = "<!DOCTYPE html>\n<html lang=\"fr\"><head><meta charset=\"utf-8\"><meta "
                      "name=\"viewport\" content=\"width=device-width\"><title>" +
                      title + "</title>\n";
    out += style_sheet;
    out += "</head><body bgcolor=\"#f2f4f7\">\n<div class=\"preheader\">" + title +
           " — à lire cette semaine&nbsp;&zwnj;&nbsp;&zwnj;&nbsp;&zwnj;&nbsp;&#847;</div>\n";
    out += "<table role=\"presentation\" width=\"100%\"><tr><td align=\"center\"><table "
           "role=\"presentation\" width=\"600\" cellpadding=\"0\" cellspacing=\"0\">\n";
    out +=
        fmt::format("<tr><td style=\"padding:16px;background:url('https://images.lettres.example/fond.png') "
                    "#1b2a4a;color:#fff\"><a href=\"https://lettres.example/\"><img "
                    "src=\"https://images.lettres.example/logo.png\" alt=\"{}\" "
                    "height=\"40\"></a><h1>{}</h1></td></tr>\n",
                    from.last, title);
    for (int i = random.between(2, 7); i > 0; --i)
        out += article(random, i);
    out += fmt::format(
        "<tr><td style=\"font-size:12px;color:#777;padding:16px\">Vous recevez cette lettre car vous y êtes "
        "inscrit·e. <a href=\"https://lettres.example/desinscription?u={}\">Se désinscrire</a> | <a "
        "href=\"https://lettres.example/miroir\">Voir en ligne</a><br>© {}</td></tr>\n",
        random.next() % 1000000, from.last);
    return out +
           fmt::format(
               "</table></td></tr></table>\n<img src=\"https://mesure.lettres.example/ouvert.gif?u={}\" "
               "width=\"1\" height=\"1\" alt=\"\">\n</body></html>\n",
               random.next() % 1000000);
}

std::string newsletter_text(const std::string& title, Random& random) {
    std::string out = title + "\n" + std::string(40, '=') + "\n\n";
    for (int i = random.between(2, 5); i > 0; --i) {
        const auto& topic = random.pick(office_topics());
        out += "* " + fill(topic.subject, random) + "\n" + wrapped(fill(topic.sentences[0], random), 72) +
               "\nhttps://lettres.example/lire?article=" + std::to_string(random.between(1000, 9999)) +
               "\n\n";
    }
    return out + "Se désinscrire : https://lettres.example/desinscription\n";
}

} // namespace facteur::generate

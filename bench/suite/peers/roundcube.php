<?php
// What Roundcube's .htaccess has Apache do and PHP's own web server does not by itself: browsers may keep files for a month.
$types = ['css' => 'text/css', 'js' => 'text/javascript', 'svg' => 'image/svg+xml', 'png' => 'image/png', 'gif' => 'image/gif', 'ico' => 'image/x-icon',
          'woff' => 'font/woff', 'woff2' => 'font/woff2', 'html' => 'text/html'];
$file = $_SERVER['DOCUMENT_ROOT'] . parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$type = $types[pathinfo($file, PATHINFO_EXTENSION)] ?? null;
if (!$type || !is_file($file)) {
    return false;
}
header("Content-Type: $type");
header('Content-Length: ' . filesize($file));
header('Last-Modified: ' . gmdate('D, d M Y H:i:s', filemtime($file)) . ' GMT');
header('Cache-Control: max-age=2592000');
readfile($file);

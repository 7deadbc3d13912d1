// What the console does where scripts run. Every page works without it: links lead and forms are sent by
// themselves. Here they are fetched instead, and put in place without leaving the page.

const root = document.documentElement;
root.classList.add("scripted");

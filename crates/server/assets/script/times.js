// Times are shown in the zone of whoever looks.

const pad = (number, digits = 2) => String(number).padStart(digits, "0");

/** How far the viewer's zone is from UTC at a moment, as `+01:00`. */
function offsetAt(at) {
  const minutes = -at.getTimezoneOffset();
  return `${minutes < 0 ? "-" : "+"}${pad(Math.trunc(Math.abs(minutes) / 60))}:${pad(Math.abs(minutes) % 60)}`;
}

/** Writes a time in the viewer's zone, in as many letters as it had in UTC. */
function localise(time) {
  const at = new Date(time.dateTime);
  const [day, hour] = [time.querySelector(".date"), time.querySelector(".time")];
  if (Number.isNaN(at.getTime()) || !day) return;
  const date = `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
  const minute = `${pad(at.getHours())}:${pad(at.getMinutes())}`;
  day.textContent = date;
  if (hour) hour.textContent = minute;
  time.title = `${date} ${minute}:${pad(at.getSeconds())}.${pad(at.getMilliseconds(), 3)} ${offsetAt(at)}`;
}

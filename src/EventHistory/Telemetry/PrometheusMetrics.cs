using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace EventHistory.Telemetry;

/// <summary>
/// The meter <c>EventHistory</c> and the state of recording in Prometheus' text format (version 0.0.4,
/// https://prometheus.io/docs/instrumenting/exposition_formats/): counters end in <c>_total</c>, a histogram is given as
/// a summary of its sum and count, an unknown is NaN.
/// </summary>
internal sealed class PrometheusMetrics : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly RecorderStatus _status;
    private readonly TimeProvider _time;
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(Instrument Instrument, string Labels), (double Sum, long Count)> _values = [];

    public PrometheusMetrics(RecorderStatus status, TimeProvider time)
    {
        (_status, _time) = (status, time);
        var ours = Meters.Name;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == ours && _values.TryAdd((instrument, ""), default))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Measured(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Measured(instrument, value, tags));
        _listener.Start();
    }

    public string Text()
    {
        var text = new StringBuilder();
        foreach (var instrument in _values.GroupBy(v => v.Key.Instrument).OrderBy(v => v.Key.Name, StringComparer.Ordinal))
        {
            var name = instrument.Key.Name.Replace('.', '_');
            var isSummary = instrument.Key is Histogram<double>;
            Describe(text, isSummary ? $"{name}_seconds" : $"{name}_total", isSummary ? "summary" : "counter", instrument.Key.Description!);
            var isLabelled = instrument.Any(v => v.Key.Labels.Length > 0);
            foreach (var ((_, labels), (sum, count)) in instrument.Where(v => v.Key.Labels.Length > 0 == isLabelled).OrderBy(v => v.Key.Labels, StringComparer.Ordinal))
            {
                if (isSummary)
                    text.Append(CultureInfo.InvariantCulture, $"{name}_seconds_sum{labels} {sum:R}\n{name}_seconds_count{labels} {count}\n");
                else
                    text.Append(CultureInfo.InvariantCulture, $"{name}_total{labels} {sum:R}\n");
            }
        }
        Gauge(text, "eventhistory_recording", "1 while this process records", _status.State == "recording" ? 1 : 0);
        Gauge(text, "eventhistory_broker_connected", "1 while the broker is connected", _status.BrokerConnected ? 1 : 0);
        Gauge(text, "eventhistory_database_connected", "1 while the writer has its database session", _status.DatabaseConnected ? 1 : 0);
        Gauge(text, "eventhistory_position", "Position of the last event that this process recorded", _status.LastPosition);
        Gauge(text, "eventhistory_lag_seconds", "How far recording is behind the broker", _status.LagSeconds ?? double.NaN);
        Gauge(text, "eventhistory_last_event_age_seconds", "Since the time that the latest recorded event bears",
            (_time.GetUtcNow().UtcDateTime - _status.LastEventAt)?.TotalSeconds ?? double.NaN);
        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private static void Gauge(StringBuilder text, string name, string help, double value)
    {
        Describe(text, name, "gauge", help);
        text.Append(CultureInfo.InvariantCulture, $"{name} {value:R}\n");
    }

    private static void Describe(StringBuilder text, string name, string kind, string help) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}.\n# TYPE {name} {kind}\n");

    private void Measured(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _values.AddOrUpdate((instrument, Labels(tags)), static (_, v) => (v, 1), static (_, before, v) => (before.Sum + v, before.Count + 1), value);

    // the values are names of ours: nothing in them needs to be escaped
    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
            return "";
        var labels = new StringBuilder("{");
        foreach (var (name, value) in tags)
            labels.Append(labels.Length > 1 ? "," : "").Append(CultureInfo.InvariantCulture, $"{name}=\"{value}\"");
        return labels.Append('}').ToString();
    }
}

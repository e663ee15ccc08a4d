using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace EventHistory.Telemetry;

/// <summary>
/// The meter <c>EventHistory</c> in Prometheus' text format (version 0.0.4,
/// https://prometheus.io/docs/instrumenting/exposition_formats/): counters end in <c>_total</c>, histograms are given as
/// a summary of their sum and count.
/// </summary>
internal sealed class PrometheusMetrics : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, (double Sum, long Count)> _values = [];

    public PrometheusMetrics()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name != Meters.Name)
                return;
            _values.TryAdd(instrument, default);
            listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Measured(instrument, value));
        _listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Measured(instrument, value));
        _listener.Start();
    }

    public string Text()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        foreach (var (instrument, (sum, count)) in _values.OrderBy(v => v.Key.Name, StringComparer.Ordinal))
        {
            var name = instrument.Name.Replace('.', '_');
            var kind = instrument switch
            {
                Counter<long> => "counter",
                Histogram<double> => "summary",
                _ => "gauge",
            };
            name += kind switch { "counter" => "_total", "summary" => "_seconds", _ => "" };
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {instrument.Description}.\n# TYPE {name} {kind}\n");
            if (kind == "summary")
                text.Append(CultureInfo.InvariantCulture, $"{name}_sum {sum:R}\n{name}_count {count}\n");
            else
                text.Append(CultureInfo.InvariantCulture, $"{name} {sum:R}\n");
        }
        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private void Measured(Instrument instrument, double value) => _values.AddOrUpdate(instrument,
        (value, 1), (_, before) => instrument.IsObservable ? (value, 1) : (before.Sum + value, before.Count + 1));
}

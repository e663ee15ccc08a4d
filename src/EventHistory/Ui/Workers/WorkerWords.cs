using System.Globalization;
using EventHistory.Core.Queries;

namespace EventHistory.Ui.Workers;

/// <summary>What a worker says of itself, as people read it.</summary>
internal static class WorkerWords
{
    public static string Load(WorkerView worker) => worker.LoadAverage is { } load
        ? string.Join("  ", load.Select(l => l.ToString("0.00", CultureInfo.InvariantCulture)))
        : Show.Unknown;

    public static string Software(WorkerView worker) => worker.Software is null
        ? Show.Unknown
        : $"{(worker.Software == "py-celery" ? "Celery" : worker.Software)} {worker.SoftwareVersion}";
}

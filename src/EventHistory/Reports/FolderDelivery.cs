using EventHistory.Core.Reports;
using EventHistory.Settings;

namespace EventHistory.Reports;

/// <summary>To a folder: each file appears whole, and again under the same name if it is delivered again.</summary>
internal sealed class FolderDelivery(EventHistorySettings settings) : IDelivery
{
    public string Kind => DeliveryTarget.ToFolder;

    // a folder may lie on another machine, which may not answer
    public Task Send(Parcel parcel, CancellationToken ct) => Task.Run(async () =>
    {
        if (settings.Reports.Folder is not { } root)
            throw new DeliveryException("The setting Reports:Folder names no folder any more.");
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetFullPath(root), parcel.Target.Folder!)).FullName;
        foreach (var file in parcel.Content.Files)
        {
            var part = Path.Combine(folder, $".{file.Name}.part");
            await using (var stream = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                await stream.WriteAsync(file.Content, ct);
                stream.Flush(flushToDisk: true);
            }
            File.Move(part, Path.Combine(folder, file.Name), overwrite: true);
        }
    }, ct);
}

namespace EventHistory.Tests.Fixtures;

/// <summary>A folder that every user can reach (PostgreSQL may run as another one), and that is gone afterwards.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateDirectory(
        System.IO.Path.Combine("/tmp", $"eventhistory-test-{Guid.NewGuid():N}"[..32])).FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

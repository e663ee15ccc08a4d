namespace EventHistory.Store;

/// <summary>One process per folder of data. The kernel gives the lock back however the process ends.</summary>
internal sealed class DataLock : IDisposable
{
    private readonly FileStream _file;

    private DataLock(FileStream file) => _file = file;

    public static DataLock Take(string folder)
    {
        var path = Path.Combine(folder, "eventhistory.lock");
        try
        {
            Directory.CreateDirectory(folder);
            return new DataLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (File.Exists(path))
        {
            throw new StartException($"The folder {folder} is in use by another eventhistory: end that one, or choose another folder "
                + "with --data; to run several instances give them one database with --database.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"The folder {folder} cannot be used ({e.Message}): choose another with --data, "
                + "or name a database with --database.");
        }
    }

    public void Dispose() => _file.Dispose();
}

// Connect to WebSocket
const ws = new WebSocket('ws://localhost:8000/ws/deployment-updates');

// Store current deployment timestamp
let currentDeploymentTime = localStorage.getItem('deploymentTime');

ws.onmessage = (event) => {
  const data = JSON.parse(event.data);
  
  if (data.type === 'deployment_update') {
    const newDeploymentTime = data.deployed_at;
    
    // Check if deployment is newer than current
    if (!currentDeploymentTime || new Date(newDeploymentTime) > new Date(currentDeploymentTime)) {
      // Show notification to user
      notifyUser('New version available! Refreshing...');
      
      // Store new deployment time
      localStorage.setItem('deploymentTime', newDeploymentTime);
      
      // Reload the application
      setTimeout(() => window.location.reload(), 2000);
    }
  }
};

// Handle connection errors with fallback to polling
ws.onerror = () => {
  console.log('WebSocket error, falling back to polling');
  startPolling();
};
